/** Asking a time-stamping authority (RFC 3161) and believing nothing of its answer that was not checked. */
import {
  buildTimeStampRequest,
  bytesEqual,
  type CryptoProvider,
  type HashAlgorithm,
  PkiError,
  parseTimeStampResponse,
  tryReading,
} from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import { isTimeStampingOnly, judgeToken } from '../validate/timestamp.ts'

/** One exchange with an authority: a DER TimeStampReq goes, a TimeStampResp comes. How it travels (HTTP, §3.4) is the caller's. */
export type TimeStampTransport = (request: Uint8Array) => Promise<Uint8Array>

export interface TimeStampOptions {
  readonly transport: TimeStampTransport
  readonly crypto: CryptoProvider
  /** Of the imprint. */
  readonly hashAlgorithm: HashAlgorithm
}

/** As OpenSSL and the genuine clients send: 64 bits. */
const nonceBytes = 8

/**
 * A token over `data`, DER ContentInfo, checked: granted, about this imprint, our nonce in it, signed by the certificate
 * that it names, which is for time-stamping alone and was valid at the time stated. Whether the authority is trusted is
 * validation's to judge. PadesError 'timestamp_unavailable' | 'timestamp_invalid'.
 */
export async function requestTimeStamp(data: Uint8Array, options: TimeStampOptions): Promise<Uint8Array> {
  const { crypto, hashAlgorithm } = options
  const nonce = newNonce(crypto)
  const hashedMessage = crypto.digest(hashAlgorithm, data)
  const request = { messageImprint: { hashAlgorithm, hashedMessage }, reqPolicy: null, nonce, certReq: true }
  const token = readToken(await answerTo(buildTimeStampRequest(request), options))
  await checkToken(token, data, nonce, crypto)
  return token
}

/**
 * Octets to keep in a plan for tokens of an authority: those of a token asked for now, and what may differ from one to
 * the next (lengths of serial number, time and signature value). PadesError as requestTimeStamp.
 */
export async function probeTimeStampBytes(options: TimeStampOptions): Promise<number> {
  const token = await requestTimeStamp(options.crypto.random(32), options)
  return token.length + variableBytes
}

/** Serial numbers of up to 20 octets, fractions of seconds, accuracy, DER integers in ECDSA: some 60; and as much again. */
const variableBytes = 128

/** Positive and without a leading zero, so that it is one INTEGER of this length and the echo compares octet by octet. */
function newNonce(crypto: Pick<CryptoProvider, 'random'>): Uint8Array {
  const nonce = Uint8Array.from(crypto.random(nonceBytes))
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  return nonce
}

async function answerTo(request: Uint8Array, { transport }: TimeStampOptions): Promise<Uint8Array> {
  try {
    return await transport(request)
  } catch (cause) {
    if (cause instanceof PadesError) throw cause
    throw new PadesError('timestamp_unavailable', undefined, cause)
  }
}

function readToken(response: Uint8Array): Uint8Array {
  const parsed = tryReading(() => parseTimeStampResponse(response))
  if (parsed instanceof PkiError)
    throw new PadesError('timestamp_invalid', `the answer of the time-stamping authority: ${parsed.message}`, parsed)
  if ('token' in parsed) return parsed.token
  const reason = parsed.statusString ?? parsed.failInfo
  throw new PadesError(
    'timestamp_unavailable',
    `the time-stamping authority answered ${parsed.status}${reason === null ? '' : `: ${reason}`}`,
  )
}

/** RFC 3161 §2.2: what the requester "SHALL verify". */
async function checkToken(
  token: Uint8Array,
  data: Uint8Array,
  nonce: Uint8Array,
  crypto: CryptoProvider,
): Promise<void> {
  const refused = (detail: string) => new PadesError('timestamp_invalid', `the time-stamp token: ${detail}`)
  const judged = await judgeToken('SIGNATURE_TIMESTAMP', token, async (hash) => crypto.digest(hash, data), crypto)
  if (judged.subIndication !== null) throw refused(judged.detail ?? judged.subIndication)
  const { tstInfo, signer } = judged
  const certificate = signer?.certificate ?? null
  if (tstInfo === null || certificate === null) throw refused('it cannot be read')
  if (tstInfo.nonce === null || !bytesEqual(tstInfo.nonce, nonce)) throw refused('the nonce is not that of the request')
  if (!isTimeStampingOnly(certificate)) throw refused('extKeyUsage is not critical timeStamping alone')
  const { notBefore, notAfter } = certificate
  if (tstInfo.genTime < notBefore || tstInfo.genTime > notAfter)
    throw refused("its time lies outside its certificate's validity")
}
