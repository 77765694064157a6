import type { EciesEncryptedResponse } from '@cloudsigner/contracts/powerauth-public'

/** An envelope of the private API, where absent members are null, as the public API writes it: without them. */
export function compactEnvelope(envelope: {
  readonly encryptedData: string
  readonly mac: string
  readonly nonce: string | null
  readonly timestamp: number | null
}): EciesEncryptedResponse {
  const { encryptedData, mac, nonce, timestamp } = envelope
  return {
    encryptedData,
    mac,
    ...(nonce === null ? {} : { nonce }),
    ...(timestamp === null ? {} : { timestamp }),
  }
}
