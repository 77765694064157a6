import { normalizeBer } from '../der/ber.ts'
import { readCanonical } from '../der/canonical.ts'
import { decodeCharacterString, decodeNamedBits, decodeSmallInteger } from '../der/decode.ts'
import { type DerElement, derChildren, readDer } from '../der/element.ts'
import { integer, namedBits, sequence, utf8String } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'

/** PKIFailureInfo by its bit (RFC 3161 §2.4.2). */
const failureBits = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const

export type PkiFailureInfo = keyof typeof failureBits

/** PKIStatus in the order of its numbers. */
const statuses = [
  'granted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
] as const

export type TimeStampResponse =
  | { readonly status: 'granted' | 'grantedWithMods'; readonly token: Uint8Array }
  | {
      readonly status: 'rejection' | 'waiting' | 'revocationWarning' | 'revocationNotification'
      readonly failInfo: PkiFailureInfo | null
      readonly statusString: string | null
    }

const code = 'tsp_malformed'

/** Tokens with a long chain and embedded CRLs stay below this. */
const maxBytes = 1024 * 1024

export function buildTimeStampResponse(token: Uint8Array): Uint8Array {
  return sequence(sequence(integer(statuses.indexOf('granted'))), token)
}

export function buildTimeStampRejection(failInfo: PkiFailureInfo, statusString: string): Uint8Array {
  const status = integer(statuses.indexOf('rejection'))
  return sequence(sequence(status, sequence(utf8String(statusString)), namedBits([failureBits[failInfo]])))
}

/** Tokens are CMS and may be BER (RFC 5652 §2), so only PKIStatusInfo is held to DER. PkiError 'tsp_malformed' or 'too_large'. */
export function parseTimeStampResponse(der: Uint8Array): TimeStampResponse {
  if (der.length > maxBytes) throw new PkiError('too_large', `time-stamp response of ${der.length} bytes`)
  return parsing(code, 'TimeStampResp', () => {
    const normalized = normalizeBer(der)
    if (normalized.end !== der.length) throw new PkiError(code, 'bytes after the response', { offset: normalized.end })
    const response = Structure.open(readDer(normalized.der), 'TimeStampResp', code)
    const info = response.required(Tag.Sequence, 'status')
    const token = response.optional(Tag.Sequence)
    response.end()
    readCanonical(info.bytes)
    const { status, failInfo, statusString } = readStatusInfo(info)
    const isGranted = status === 'granted' || status === 'grantedWithMods'
    if (isGranted && token) return { status, token: token.bytes }
    if (isGranted || token) throw new PkiError(code, `token ${token ? 'present' : 'absent'} in a response "${status}"`)
    return { status, failInfo, statusString }
  })
}

function readStatusInfo(element: DerElement) {
  const info = Structure.open(element, 'PKIStatusInfo', code)
  const status = statuses[decodeSmallInteger(info.required(Tag.Integer, 'status'))]
  if (!status) throw new PkiError(code, 'unknown PKIStatus', { offset: element.offset })
  const text = info.optional(Tag.Sequence)
  const failure = info.optional(Tag.BitString)
  info.end()
  const strings = text ? derChildren(text).map((string) => decodeCharacterString(string) ?? '') : []
  return {
    status,
    statusString: strings.length > 0 ? strings.join(' ') : null,
    failInfo: failure && readFailure(failure.content),
  }
}

function readFailure(content: Uint8Array): PkiFailureInfo | null {
  const [position] = decodeNamedBits(content)
  return (Object.keys(failureBits) as PkiFailureInfo[]).find((name) => failureBits[name] === position) ?? null
}
