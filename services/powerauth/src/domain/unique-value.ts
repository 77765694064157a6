import { base64Decode, base64Encode } from '@cloudsigner/powerauth-protocol'

/** Kinds of values that may be used once (protocol §5.6). The number is a byte of the stored value. */
export const uniqueValueTypes = {
  MAC_TOKEN: 1,
  ECIES_APPLICATION_SCOPE: 2,
  ECIES_ACTIVATION_SCOPE: 3,
  ECIES_TEMPORARY_KEY: 4,
} as const
export type UniqueValueType = keyof typeof uniqueValueTypes

/** What the table holds: Base64(type || ephemeralPublicKey || nonce || identifier). */
export function uniqueValue(
  type: UniqueValueType,
  identifier: string,
  parts: { readonly ephemeralPublicKey?: string; readonly nonce: string },
): string {
  const bytes: number[] = [uniqueValueTypes[type]]
  if (parts.ephemeralPublicKey !== undefined)
    bytes.push(...base64Decode(parts.ephemeralPublicKey, 'ephemeralPublicKey'))
  bytes.push(...base64Decode(parts.nonce, 'nonce'), ...new TextEncoder().encode(identifier))
  return base64Encode(Uint8Array.from(bytes))
}
