import type { Oid } from '../algorithms.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeBoolean, decodeOid, decodeSmallInteger } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { boolean, encodeOid, integer, sequence, unsignedInteger } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { encodeMessageImprint, type MessageImprint, readMessageImprint } from './message-imprint.ts'

/** RFC 3161 §2.4.1. */
export interface TimeStampRequest {
  readonly messageImprint: MessageImprint
  readonly reqPolicy: Oid | null
  /** Big endian, not negative. */
  readonly nonce: Uint8Array | null
  readonly certReq: boolean
}

const code = 'tsp_malformed'

/** A request is some 60 bytes; 4 KB leave room for any nonce. */
const maxBytes = 4 * 1024

export function buildTimeStampRequest(request: TimeStampRequest): Uint8Array {
  return sequence(
    integer(1),
    encodeMessageImprint(request.messageImprint),
    ...(request.reqPolicy === null ? [] : [encodeOid(request.reqPolicy)]),
    ...(request.nonce === null ? [] : [unsignedInteger(request.nonce)]),
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
      nonce: nonce && readUnsigned(nonce),
      certReq: certReq !== null && decodeBoolean(certReq),
    })
  })
}

/** Content octets of an INTEGER without its sign octet. */
export function readUnsigned({ content, offset }: DerElement): Uint8Array {
  if ((content[0] ?? 0) >= 0x80) throw new PkiError(code, 'negative INTEGER', { offset })
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content
}
