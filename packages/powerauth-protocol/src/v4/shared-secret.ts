/** The exchange that yields every long-lived secret of 4.0: DHKEM on P-384, in hybrid suites mixed with ML-KEM. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { concat, concatWithSizes, int4, wipe } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4, P384KeyPair, SeedKeyPair } from './crypto-provider.ts'
import { decapsulateP384, encapsulateP384 } from './hpke-export.ts'
import { KEY_LENGTH } from './kdf.ts'
import { decodeSubjectPublicKey, encodeSubjectPublicKey } from './post-quantum-keys.ts'
import {
  parseSharedSecretRequest,
  parseSharedSecretResponse,
  type SharedSecretRequest,
  type SharedSecretResponse,
} from './shared-secret-objects.ts'
import { type Algorithm, postQuantum } from './suites.ts'

/** The private halves that a client keeps until the answer is there. */
export interface DecapsulationKeys {
  readonly ec: P384KeyPair
  readonly mlKem?: SeedKeyPair
}

/** The client's half of an exchange: the request to send, and the only means to read its answer, once. */
export interface SharedSecretExchange {
  readonly request: SharedSecretRequest
  /** The secret, 32 bytes. Throws `invalid_key_exchange` or `invalid_public_key`; wipes the private halves. */
  accept(response: unknown): Promise<Uint8Array>
}

/** Client side. Throws `unsupported_algorithm` where the provider lacks a part of the suite. */
export async function startSharedSecretExchange(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
): Promise<SharedSecretExchange> {
  const suite = postQuantum(crypto, algorithm)
  const ec = await crypto.generateP384KeyPair()
  const mlKem = suite && (await suite.provider.generateMlKemKeyPair(suite.mlKem))
  const encapsulationKeys = [base64Encode(ec.publicKey)]
  if (suite && mlKem) encapsulationKeys.push(base64Encode(encodeSubjectPublicKey(suite.mlKem, mlKem.publicKey)))
  const keys: DecapsulationKeys = { ec, ...(mlKem && { mlKem }) }
  let open = true
  return {
    request: { algorithm, encapsulationKeys },
    async accept(response) {
      if (!open) throw new ProtocolError('invalid_argument', 'A key exchange is answered once')
      open = false
      try {
        return await decapsulateSharedSecret(crypto, algorithm, keys, response)
      } finally {
        wipe(ec.privateKey, ...(mlKem ? [mlKem.seed] : []))
      }
    },
  }
}

/** Server side: the answer to a client's request, and the secret that both now have. */
export async function answerSharedSecretRequest(
  crypto: CryptoProviderV4,
  request: unknown,
): Promise<{
  readonly algorithm: Algorithm
  readonly response: SharedSecretResponse
  readonly secret: Uint8Array
}> {
  const { algorithm, encapsulationKeys } = parseSharedSecretRequest(request)
  const suite = postQuantum(crypto, algorithm)
  const [ecKey = '', mlKemKey = ''] = encapsulationKeys
  const ec = await encapsulateP384(crypto, base64Decode(ecKey, 'encapsulationKeys'))
  const secrets = [ec.secret]
  const encapsulatedKeys = [base64Encode(ec.encapsulatedKey)]
  if (suite) {
    const publicKey = decodeSubjectPublicKey(suite.mlKem, base64Decode(mlKemKey, 'encapsulationKeys'))
    const { ciphertext, sharedSecret } = await encapsulate(() =>
      suite.provider.mlKemEncapsulate(suite.mlKem, publicKey),
    )
    secrets.push(sharedSecret)
    encapsulatedKeys.push(base64Encode(ciphertext))
  }
  const salt = crypto.random(KEY_LENGTH)
  const secret = await mix(crypto, algorithm, salt, secrets)
  return { algorithm, response: { salt: base64Encode(salt), encapsulatedKeys }, secret }
}

/** The client's last step, by its private halves. */
export async function decapsulateSharedSecret(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  keys: DecapsulationKeys,
  response: unknown,
): Promise<Uint8Array> {
  const suite = postQuantum(crypto, algorithm)
  const { salt, encapsulatedKeys } = parseSharedSecretResponse(algorithm, response)
  const [point = '', ciphertext = ''] = encapsulatedKeys
  const secrets = [await decapsulateP384(crypto, keys.ec, base64Decode(point, 'encapsulatedKeys'))]
  if (suite) {
    if (keys.mlKem === undefined) throw new ProtocolError('invalid_argument', `${algorithm} has a key of ML-KEM`)
    const bytes = base64Decode(ciphertext, 'encapsulatedKeys')
    secrets.push(await suite.provider.mlKemDecapsulate(suite.mlKem, keys.mlKem.seed, bytes))
  }
  return mix(crypto, algorithm, base64Decode(salt, 'salt'), secrets)
}

/** KMAC256(salt, int4(1) || sizes(secrets) || sizes("shared-secret/" + algorithm, "4.0"), "KDF") */
async function mix(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
  salt: Uint8Array,
  secrets: readonly Uint8Array[],
): Promise<Uint8Array> {
  const data = concat(int4(1), concatWithSizes(...secrets), concatWithSizes(`shared-secret/${algorithm}`, '4.0'))
  const secret = await crypto.kmac256(salt, data, KEY_LENGTH, 'KDF')
  wipe(data, ...secrets)
  return secret
}

/** A key that fails the checks of FIPS 203 §7.2 is refused by the provider in its own words. */
async function encapsulate<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw new ProtocolError('invalid_public_key', 'A public key must be a key of ML-KEM', { cause })
  }
}
