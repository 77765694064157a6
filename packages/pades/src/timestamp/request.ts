/** Asking a time-stamping authority (RFC 3161) and believing nothing of its answer that was not checked. */
import {
  buildTimeStampRequest,
  bytesEqual,
  type CryptoProvider,
  type HashAlgorithm,
  type MessageImprint,
  PkiError,
  parseTimeStampResponse,
  tryReading,
} from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import { isTimeStampingOnly, judgeToken } from '../validate/timestamp.ts'

/** One exchange with an authority: a DER TimeStampReq goes, a TimeStampResp comes. How it travels (HTTP, §3.4) is the caller's. */
export type TimeStampTransport = (request: Uint8Array) => Promise<Uint8Array>

export interface TimeStampOptions {
  /** Of one authority, or of several in the order in which they are asked until one gives a token that holds. */
  readonly transport: TimeStampTransport | readonly TimeStampTransport[]
  readonly crypto: CryptoProvider
  /** Of the imprint. */
  readonly hashAlgorithm: HashAlgorithm
  /** Asking anew, of all authorities, where none gave a token. Default: they are asked once. */
  readonly retry?: TimeStampRetry
}

export interface TimeStampRetry {
  /** Rounds in all. */
  readonly rounds: number
  /** Resolves after so many milliseconds: before the second round, twice as long before each further one. */
  wait(milliseconds: number): Promise<void>
  /** Before the second round. Default 500. */
  readonly firstWait?: number
}

/** As OpenSSL and the genuine clients send: 64 bits. */
const nonceBytes = 8

/**
 * A token over `data`, DER ContentInfo, checked: granted, about this imprint, our nonce in it, signed by the certificate
 * that it names, which is for time-stamping alone and was valid at the time stated. Whether the authority is trusted is
 * validation's to judge. PadesError 'timestamp_unavailable' | 'timestamp_invalid'.
 */
export function requestTimeStamp(data: Uint8Array, options: TimeStampOptions): Promise<Uint8Array> {
  return requestTimeStampOf(options.crypto.digest(options.hashAlgorithm, data), options)
}

/** As requestTimeStamp, of data whose digest by `hashAlgorithm` is known. */
export async function requestTimeStampOf(hashedMessage: Uint8Array, options: TimeStampOptions): Promise<Uint8Array> {
  const { transport, retry = { rounds: 1, wait: async () => {} } } = options
  const transports = typeof transport === 'function' ? [transport] : transport
  let failure = new PadesError('timestamp_unavailable', 'no time-stamping authority is named')
  for (let round = 0; round < retry.rounds; round++) {
    if (round > 0) await retry.wait((retry.firstWait ?? 500) * 2 ** (round - 1))
    for (const one of transports) {
      try {
        return await requestOne(hashedMessage, one, options)
      } catch (error) {
        if (!(error instanceof PadesError)) throw error
        failure = error
      }
    }
  }
  throw failure
}

async function requestOne(
  hashedMessage: Uint8Array,
  transport: TimeStampTransport,
  { crypto, hashAlgorithm }: TimeStampOptions,
): Promise<Uint8Array> {
  const nonce = newNonce(crypto)
  const messageImprint = { hashAlgorithm, hashedMessage }
  const request = { messageImprint, reqPolicy: null, nonce, certReq: true }
  const token = readToken(await answerTo(buildTimeStampRequest(request), transport))
  await checkToken(token, messageImprint, nonce, crypto)
  return token
}

/**
 * Octets to keep in a plan for tokens of an authority: those of a token asked for now, and what may differ from one to
 * the next (lengths of serial number, time and signature value). PadesError as requestTimeStamp.
 */
export async function probeTimeStampBytes(options: TimeStampOptions): Promise<number> {
  const { transport } = options
  const transports = typeof transport === 'function' ? [transport] : transport
  const probe = async (one: typeof transport, retry?: TimeStampRetry) => {
    const probing = { transport: one, crypto: options.crypto, hashAlgorithm: options.hashAlgorithm }
    return (await requestTimeStamp(options.crypto.random(32), { ...probing, ...(retry && { retry }) })).length
  }
  // Room for the largest: any of them may be the one that answers. One that does not answer now has no say.
  const probed = await Promise.allSettled(transports.map((one) => probe(one)))
  const lengths = probed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (lengths.length > 0) return Math.max(...lengths) + variableBytes
  // Asked once each: only who wants them asked anew has them asked anew.
  if (options.retry) return (await probe(transports, options.retry)) + variableBytes
  throw (
    probed.find((one) => one.status === 'rejected')?.reason ??
    new PadesError('timestamp_unavailable', 'no time-stamping authority is named')
  )
}

/** Serial numbers of up to 20 octets, fractions of seconds, accuracy, DER integers in ECDSA: some 60; and as much again. */
const variableBytes = 128

/** Positive and without a leading zero, so that it is one INTEGER of this length and the echo compares octet by octet. */
function newNonce(crypto: Pick<CryptoProvider, 'random'>): Uint8Array {
  const nonce = Uint8Array.from(crypto.random(nonceBytes))
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  return nonce
}

async function answerTo(request: Uint8Array, transport: TimeStampTransport): Promise<Uint8Array> {
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
  { hashAlgorithm, hashedMessage }: MessageImprint,
  nonce: Uint8Array,
  crypto: CryptoProvider,
): Promise<void> {
  const refused = (detail: string) => new PadesError('timestamp_invalid', `the time-stamp token: ${detail}`)
  // An imprint by another hash than the one asked for matches nothing.
  const digest = async (hash: HashAlgorithm) => (hash === hashAlgorithm ? hashedMessage : new Uint8Array())
  const judged = await judgeToken('SIGNATURE_TIMESTAMP', token, digest, crypto)
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
