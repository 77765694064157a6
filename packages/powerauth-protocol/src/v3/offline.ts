/** Offline authentication: a signed payload in a QR code, and the data of the code that the person types back. */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { utf8 } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { signWithDeviceKey, verifyDeviceSignature } from './device-signature.ts'
import { dataWithSecret, normalizeRequest } from './normalized-data.ts'

/** Who signed: the activation's server key, or the application's master key. */
const indicators = { personalized: '1', nonPersonalized: '0' } as const

export interface OfflinePayload {
  readonly kind: keyof typeof indicators
  /** The lines of the operation, a TOTP line included where there is one. */
  readonly data: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  /** DER. */
  readonly signature: Uint8Array
  /** The text that the signature covers: all up to and including the indicator. */
  readonly signedText: string
}

/** Server side: `offlineData`. `signer` is the activation's server key when personalized, else the master key. */
export async function createOfflinePayload(
  crypto: CryptoProvider,
  payload: Pick<OfflinePayload, 'kind' | 'data' | 'nonce'> & { readonly totp?: string; readonly signer: P256KeyPair },
): Promise<string> {
  base64Decode(payload.nonce, 'nonce', 16)
  const lines = [payload.data, ...(payload.totp === undefined ? [] : [payload.totp]), payload.nonce]
  const signedText = `${lines.join('\n')}\n${indicators[payload.kind]}`
  return signedText + base64Encode(await signWithDeviceKey(crypto, payload.signer, utf8(signedText)))
}

/** Client side, unverified. Throws `invalid_offline_payload`. */
export function parseOfflinePayload(text: string): OfflinePayload {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const nonce = lines.pop() ?? ''
  const kind = last.startsWith('1') ? 'personalized' : last.startsWith('0') ? 'nonPersonalized' : undefined
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

/** Client side: parses and checks the signature by the key of its kind. Throws `invalid_offline_payload`. */
export async function verifyOfflinePayload(
  crypto: CryptoProvider,
  text: string,
  keys: { readonly masterPublicKey: Uint8Array; readonly serverPublicKey: Uint8Array },
): Promise<OfflinePayload> {
  const payload = parseOfflinePayload(text)
  const publicKey = payload.kind === 'personalized' ? keys.serverPublicKey : keys.masterPublicKey
  const data = utf8(payload.signedText)
  if (!(await verifyDeviceSignature(crypto, publicKey, data, payload.signature))) {
    throw invalid('its signature does not verify')
  }
  return payload
}

/** What the person's code covers; compute and verify it with the decimal format. */
export function offlineCodeData(operation: {
  readonly operationId: string
  readonly operationData: string
  readonly totp?: string
  readonly nonce: string
}): Uint8Array {
  const { operationId, operationData, totp, nonce } = operation
  const body = utf8([operationId, operationData, ...(totp === undefined ? [] : [totp])].join('&'))
  const normalized = normalizeRequest({ method: 'POST', uriId: '/operation/authorize/offline', nonce, body })
  return dataWithSecret(normalized, 'offline')
}

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_offline_payload', `The offline payload is refused: ${reason}`, { cause })
}
