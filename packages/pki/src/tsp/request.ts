import type { Oid } from '../algorithms.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeBoolean, decodeOid, decodeSmallInteger } from '../der/decode.ts'
import { boolean, encodeDer, encodeOid, integer, sequence } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { encodeMessageImprint, type MessageImprint, readMessageImprint } from './message-imprint.ts'

/** RFC 3161 §2.4.1. */
export interface TimeStampRequest {
  readonly messageImprint: MessageImprint
  readonly reqPolicy: Oid | null
  /** Content octets of the INTEGER, which may be negative: two's complement, as few as hold it. */
  readonly nonce: Uint8Array | null
  readonly certReq: boolean
}

const code = 'tsp_malformed'

/** A request is some 60 bytes; 4 KB leave room for any nonce. */
const maxBytes = 4 * 1024

/** PkiError 'tsp_malformed' for a nonce with an octet too many or none. */
export function buildTimeStampRequest(request: TimeStampRequest): Uint8Array {
  return sequence(
    integer(1),
    encodeMessageImprint(request.messageImprint),
    ...(request.reqPolicy === null ? [] : [encodeOid(request.reqPolicy)]),
    ...(request.nonce === null ? [] : [encodeNonce(request.nonce)]),
    ...(request.certReq ? [boolean(true)] : []),
  )
}

/** PkiError 'tsp_malformed', 'algorithm_unsupported', 'too_large'; extensions are refused (none is defined). */
export function parseTimeStampRequest(der: Uint8Array): TimeStampRequest {
  return parsing(code, 'TimeStampReq', () => {
    const request = Structure.open(readCanonical(der, maxBytes), 'TimeStampReq', code)
    if (decodeSmallInteger(request.required(Tag.Integer, 'version')) !== 1) {
      throw new PkiError(code, 'TimeStampReq version is not 1')
    }
    const messageImprint = readMessageImprint(request.required(Tag.Sequence, 'messageImprint'))
    const reqPolicy = request.optional(Tag.ObjectIdentifier)
    const nonce = request.optional(Tag.Integer)
    const certReq = request.optional(Tag.Boolean)
    if (request.optional(contextConstructed(0))) throw new PkiError(code, 'extensions are not supported')
    request.end()
    return Object.freeze({
      messageImprint,
      reqPolicy: reqPolicy && decodeOid(reqPolicy),
      nonce: nonce?.content ?? null,
      certReq: certReq !== null && decodeBoolean(certReq),
    })
  })
}

/** An INTEGER of these content octets, as they go to the authority and come back. PkiError 'tsp_malformed' where they are not minimal. */
export function encodeNonce(content: Uint8Array): Uint8Array {
  const [first, second = 0] = content
  // X.690 §8.3.2: the first nine bits are not all alike.
  const isPadded = content.length > 1 && first === (second < 0x80 ? 0x00 : 0xff)
  if (first === undefined || isPadded) throw new PkiError(code, 'nonce is not a minimal INTEGER')
  return encodeDer(Tag.Integer, content)
}
