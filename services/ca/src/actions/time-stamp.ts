import {
  buildTimeStampRejection,
  buildTimeStampResponse,
  issueTimeStampToken,
  PkiError,
  type PkiFailureInfo,
  parseTimeStampRequest,
  type TimeStampRequest,
  toHex,
} from '@cloudsigner/pki'
import { type CaContext, chainOf } from '../context.ts'
import { wholeSecond } from '../domain/moments.ts'
import { newSerialNumber } from '../domain/serial-number.ts'

/** EN 319 421 §5.2: the best practices time-stamp policy. */
export const timeStampPolicy = '0.4.0.2023.1.1'

/** Seconds: a token's time is cut to the second, and the machine's clock is disciplined to well under one. */
const accuracySeconds = 1

type Refusal = { readonly failInfo: PkiFailureInfo; readonly reason: string }

/** Answers a time-stamp request (RFC 3161 §2.4). Always a TimeStampResp, never an exception for bad input. */
export async function answerTimeStamp(context: CaContext, request: Uint8Array): Promise<Uint8Array> {
  const parsed = read(request)
  if ('failInfo' in parsed) return buildTimeStampRejection(parsed.failInfo, parsed.reason)
  const { tsa } = context.credentials
  const token = await issueTimeStampToken(
    {
      policy: timeStampPolicy,
      messageImprint: parsed.messageImprint,
      // RFC 3161 §2.4.2: unique for this TSA even after a crash, which 100 random bits are without any record.
      serialNumber: toHex(newSerialNumber(context.random)),
      genTime: wholeSecond(context.clock.now()),
      accuracySeconds,
      ordering: false,
      nonce: parsed.nonce,
    },
    {
      tsaCertificate: tsa.certificate.der,
      certificates: parsed.certReq
        ? [tsa.certificate, ...chainOf(context, 'issuing').slice(0, 1)].map(({ der }) => der)
        : [],
      crypto: context.crypto,
    },
    tsa.signer,
  )
  return buildTimeStampResponse(token)
}

function read(request: Uint8Array): TimeStampRequest | Refusal {
  try {
    const parsed = parseTimeStampRequest(request)
    if (parsed.messageImprint.hashAlgorithm === 'SHA-1') {
      return { failInfo: 'badAlg', reason: 'SHA-1 is not accepted (ETSI TS 119 312)' }
    }
    if (parsed.reqPolicy !== null && parsed.reqPolicy !== timeStampPolicy) {
      return { failInfo: 'unacceptedPolicy', reason: `The policy is ${timeStampPolicy}` }
    }
    return parsed
  } catch (error) {
    if (!(error instanceof PkiError)) throw error
    if (error.code === 'algorithm_unsupported') return { failInfo: 'badAlg', reason: error.message }
    return { failInfo: 'badDataFormat', reason: error.message }
  }
}
