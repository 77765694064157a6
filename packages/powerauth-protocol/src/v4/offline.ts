/** Offline payloads of 4.0: a QR code under the master key's signature or, personalized, under a MAC of the activation. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { constantTimeEqual, utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4, P384KeyPair } from './crypto-provider.ts'
import { KEY_LENGTH, requireKey } from './kdf.ts'
import { signWithKey, verifyWithKey } from './signature-keys.ts'

/** KEY_TYPE, the first character of the last line. `1` belongs to 3.x. */
const indicators = { nonPersonalized: '0', personalized: '2' } as const

export interface OfflinePayload {
  readonly kind: keyof typeof indicators
  /** The lines of the operation, a TOTP line included where there is one. */
  readonly data: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  /** ECDSA of P-384 in DER, or a MAC of 32 bytes. */
  readonly signature: Uint8Array
  /** The text that the signature covers: all up to and including the indicator. */
  readonly signedText: string
}

/** Who vouches for a payload: the application's master key, or KEY_MAC_PERSONALIZED_DATA of the activation. */
export type OfflineSigner =
  | { readonly kind: 'nonPersonalized'; readonly master: P384KeyPair }
  | { readonly kind: 'personalized'; readonly personalizedDataMacKey: Uint8Array }

/** Server side: `offlineData`. */
export async function createOfflinePayload(
  crypto: CryptoProviderV4,
  payload: Pick<OfflinePayload, 'data' | 'nonce'> & { readonly totp?: string; readonly signer: OfflineSigner },
): Promise<string> {
  const { data, nonce, totp, signer } = payload
  base64Decode(nonce, 'nonce', 16)
  const lines = [data, ...(totp === undefined ? [] : [totp]), nonce]
  const signedText = `${lines.join('\n')}\n${indicators[signer.kind]}`
  const signature =
    signer.kind === 'personalized'
      ? await macOf(crypto, signer.personalizedDataMacKey, signedText)
      : await signWithKey(crypto, { algorithm: 'ES384', pair: signer.master }, utf8(signedText), 'der')
  return signedText + base64Encode(signature)
}

/** Client side, unverified. Throws `invalid_offline_payload`. */
export function parseOfflinePayload(text: string): OfflinePayload {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const nonce = lines.pop() ?? ''
  const kind = last.startsWith('2') ? 'personalized' : last.startsWith('0') ? 'nonPersonalized' : undefined
  if (kind === undefined || lines.length === 0) throw invalid('its last lines are not nonce and signature')
  try {
    base64Decode(nonce, 'nonce', 16)
    const signature = base64Decode(last.slice(1), 'signature')
    const signedText = text.slice(0, text.length - last.length + 1)
    return { kind, data: lines.join('\n'), nonce, signature, signedText }
  } catch (cause) {
    throw invalid('its nonce or its signature is not Base64', cause)
  }
}

/** Client side: parses and checks by the key of its kind. Throws `invalid_offline_payload`. */
export async function verifyOfflinePayload(
  crypto: CryptoProviderV4,
  text: string,
  keys: { readonly masterPublicKey: Uint8Array; readonly personalizedDataMacKey: Uint8Array },
): Promise<OfflinePayload> {
  const payload = parseOfflinePayload(text)
  const data = utf8(payload.signedText)
  const valid =
    payload.kind === 'personalized'
      ? constantTimeEqual(await macOf(crypto, keys.personalizedDataMacKey, payload.signedText), payload.signature)
      : await verifyWithKey(
          crypto,
          { algorithm: 'ES384', publicKey: keys.masterPublicKey },
          data,
          payload.signature,
          'der',
        )
  if (!valid) throw invalid('its signature does not verify')
  return payload
}

async function macOf(crypto: CryptoProviderV4, key: Uint8Array, text: string): Promise<Uint8Array> {
  return crypto.kmac256(requireKey(key, 'personalizedDataMacKey'), utf8(text), KEY_LENGTH, 'PA4MAC-QR')
}

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_offline_payload', `The offline payload is refused: ${reason}`, { cause })
}
