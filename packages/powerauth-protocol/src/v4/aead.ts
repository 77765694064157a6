/** The AEAD of 4.0: AES-256-CTR under one derived key, then KMAC-256 over nonce, associated data and cryptogram. */
import { concat, constantTimeEqual, requireLength, wipe } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { KEY_LENGTH, kdf, requireKey } from './kdf.ts'

export const NONCE_LENGTH = 12
const TAG_LENGTH = 32

export interface AeadContext {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** What the two derived keys are bound to. */
  readonly keyContext: Uint8Array
  readonly associatedData: Uint8Array
}

/** nonce(12) || tag(32) || cryptogram. A nonce serves one plaintext under one key and context. */
export async function seal(
  crypto: CryptoProviderV4,
  context: AeadContext,
  nonce: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  requireLength(nonce, NONCE_LENGTH, 'nonce')
  const keys = await deriveKeys(crypto, context)
  try {
    const cryptogram = await crypto.aesCtr(keys.encryption, counterBlock(nonce), plaintext)
    return concat(nonce, await tagOf(crypto, keys.mac, nonce, context.associatedData, cryptogram), cryptogram)
  } finally {
    wipe(keys.encryption, keys.mac)
  }
}

/** Throws `decryption_failed`; the tag is checked before anything is decrypted. */
export async function open(crypto: CryptoProviderV4, context: AeadContext, sealed: Uint8Array): Promise<Uint8Array> {
  if (sealed.length < NONCE_LENGTH + TAG_LENGTH) throw failed('is too short')
  const nonce = sealed.subarray(0, NONCE_LENGTH)
  const tag = sealed.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH)
  const cryptogram = sealed.subarray(NONCE_LENGTH + TAG_LENGTH)
  const keys = await deriveKeys(crypto, context)
  try {
    const expected = await tagOf(crypto, keys.mac, nonce, context.associatedData, cryptogram)
    if (!constantTimeEqual(expected, tag)) throw failed('does not authenticate')
    return await crypto.aesCtr(keys.encryption, counterBlock(nonce), cryptogram)
  } finally {
    wipe(keys.encryption, keys.mac)
  }
}

async function deriveKeys(crypto: CryptoProviderV4, { key, keyContext }: AeadContext) {
  requireKey(key, 'key')
  return {
    encryption: await kdf(crypto, key, 'aead/enc', keyContext),
    mac: await kdf(crypto, key, 'aead/mac', keyContext),
  }
}

async function tagOf(
  crypto: CryptoProviderV4,
  macKey: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  cryptogram: Uint8Array,
): Promise<Uint8Array> {
  return crypto.kmac256(macKey, concat(nonce, associatedData, cryptogram), KEY_LENGTH, 'PA4MAC-AEAD')
}

function counterBlock(nonce: Uint8Array): Uint8Array {
  return concat(nonce, new Uint8Array(4))
}

function failed(how: string): ProtocolError {
  return new ProtocolError('decryption_failed', `An encrypted message ${how}`)
}
