/** A time-stamping authority in memory, which answers as RFC 3161 asks. */
import type { TimeStampTransport } from '@cloudsigner/pades'
import { buildTimeStampResponse, issueTimeStampToken, parseTimeStampRequest } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { type Entity, tsa } from './validate/authority.ts'

export function timeAuthority(now: Date, by: Entity = tsa, sentAlong: readonly Entity[] = [by]): TimeStampTransport {
  return async (bytes) => {
    const request = parseTimeStampRequest(bytes)
    const info = {
      policy: '1.2.3',
      messageImprint: request.messageImprint,
      serialNumber: '0A',
      genTime: now,
      accuracySeconds: null,
      ordering: false,
      nonce: request.nonce,
    }
    const certificates = sentAlong.map(({ der }) => der)
    return buildTimeStampResponse(
      await issueTimeStampToken(info, { tsaCertificate: by.der, certificates, crypto: nodeCrypto }, by.key),
    )
  }
}
