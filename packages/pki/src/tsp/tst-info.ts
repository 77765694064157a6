import type { Oid } from '../algorithms.ts'
import { fromHex } from '../bytes.ts'
import { readCanonical } from '../der/canonical.ts'
import {
  decodeBoolean,
  decodeIntegerContent,
  decodeOid,
  decodeSerialNumber,
  decodeSmallInteger,
  decodeTime,
} from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { boolean, encodeOid, generalizedTime, integer, sequence, unsignedInteger } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { contextConstructed, contextPrimitive, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { encodeMessageImprint, type MessageImprint, readMessageImprint } from './message-imprint.ts'
import { encodeNonce } from './request.ts'

/** What a time-stamp token asserts (RFC 3161 §2.4.2). */
export interface TstInfo {
  readonly policy: Oid
  readonly messageImprint: MessageImprint
  /** Upper-case hex. */
  readonly serialNumber: string
  readonly genTime: Date
  /** Seconds, with the fraction of millis and micros; null where not stated. */
  readonly accuracySeconds: number | null
  readonly ordering: boolean
  /** The request's, content octets of the INTEGER. */
  readonly nonce: Uint8Array | null
}

const code = 'tsp_malformed'

/** Accuracy is written in whole seconds. PkiError 'tsp_malformed' for a serial number that is not hex, an accuracy that is not whole or a nonce that is not minimal. */
export function buildTstInfo(info: TstInfo): Uint8Array {
  const serial = fromHex(info.serialNumber)
  if (!serial) throw new PkiError(code, 'serial number is not hex')
  if (info.accuracySeconds !== null && !Number.isSafeInteger(info.accuracySeconds)) {
    throw new PkiError(code, 'accuracy is not in whole seconds')
  }
  return sequence(
    integer(1),
    encodeOid(info.policy),
    encodeMessageImprint(info.messageImprint),
    unsignedInteger(serial),
    generalizedTime(info.genTime),
    ...(info.accuracySeconds === null ? [] : [sequence(integer(info.accuracySeconds))]),
    ...(info.ordering ? [boolean(true)] : []),
    ...(info.nonce === null ? [] : [encodeNonce(info.nonce)]),
  )
}

/** PkiError 'tsp_malformed' or 'algorithm_unsupported'. */
export function parseTstInfo(der: Uint8Array): TstInfo {
  return parsing(code, 'TSTInfo', () => {
    const info = Structure.open(readCanonical(der), 'TSTInfo', code)
    if (decodeSmallInteger(info.required(Tag.Integer, 'version')) !== 1) {
      throw new PkiError(code, 'TSTInfo version is not 1')
    }
    const policy = decodeOid(info.required(Tag.ObjectIdentifier, 'policy'))
    const messageImprint = readMessageImprint(info.required(Tag.Sequence, 'messageImprint'))
    const serialNumber = decodeSerialNumber(info.required(Tag.Integer, 'serialNumber'))
    const genTime = decodeTime(info.required(Tag.GeneralizedTime, 'genTime'))
    const accuracy = info.optional(Tag.Sequence)
    const ordering = info.optional(Tag.Boolean)
    const nonce = info.optional(Tag.Integer)
    info.optional(contextConstructed(0))
    info.optional(contextConstructed(1))
    info.end()
    return Object.freeze({
      policy,
      messageImprint,
      serialNumber,
      genTime,
      accuracySeconds: accuracy && readAccuracy(accuracy),
      ordering: ordering !== null && decodeBoolean(ordering),
      nonce: nonce?.content ?? null,
    })
  })
}

function readAccuracy(element: DerElement): number {
  const accuracy = Structure.open(element, 'Accuracy', code)
  const seconds = accuracy.optional(Tag.Integer)
  const millis = accuracy.optional(contextPrimitive(0))
  const micros = accuracy.optional(contextPrimitive(1))
  accuracy.end()
  const fraction = (member: DerElement | null) => (member ? Number(decodeIntegerContent(member.content)) : 0)
  return (seconds ? decodeSmallInteger(seconds) : 0) + fraction(millis) / 1e3 + fraction(micros) / 1e6
}
