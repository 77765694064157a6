/** What the options of a call mean to the library. */
import { type Decryption, digestAlgorithmFor, type PrepareOptions, probeTimeStampBytes } from '@cloudsigner/pades'
import { nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { readTrustAnchors } from '../validate/file-report.ts'
import { revocationClient } from '../validate/revocation-client.ts'
import { UsageError } from './failure.ts'
import type { PadesOptions } from './options.ts'
import type { CertificateChain } from './signer-files.ts'
import { timeStampClient } from './time-stamp-client.ts'
import { readVisible } from './visible-file.ts'

export const levels = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const
export type Level = (typeof levels)[number]

export function decryptionOf(options: PadesOptions): Decryption {
  return { ciphers: nodeCiphers, password: options.find('password') ?? '' }
}

/** For prepareSignature. From B-T on, the authorities are asked how much room their tokens take. */
export async function prepareOptionsOf(
  options: PadesOptions,
  { certificate, chain }: CertificateChain,
  signatureAlgorithm: Uint8Array | undefined,
  signingTime: Date,
): Promise<PrepareOptions> {
  const level = options.choose('level', levels) ?? 'B-B'
  const hashAlgorithm = digestAlgorithmFor(certificate, signatureAlgorithm)
  const texts = {
    fieldName: options.find('field'),
    reason: options.find('reason'),
    location: options.find('location'),
    name: options.find('name'),
    contactInfo: options.find('contact'),
  }
  const visible = options.find('visible')
  const certify = options.choose('certify', ['1', '2', '3'])
  return {
    certificate,
    chain,
    signingTime,
    crypto: nodeCrypto,
    inflate: zlibInflate,
    decryption: decryptionOf(options),
    ...(signatureAlgorithm && { signatureAlgorithm }),
    ...(certify && { certify: permissions[certify] }),
    ...(visible !== undefined && (await readVisible(visible))),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    ...(level !== 'B-B' && {
      timestampTokenBytes: await probeTimeStampBytes({
        transport: authoritiesOf(options),
        crypto: nodeCrypto,
        hashAlgorithm,
        retry,
      }),
    }),
  }
}

const permissions = { '1': 1, '2': 2, '3': 3 } as const

/** Two further rounds, after half a second and a second. */
const retry = {
  rounds: 3,
  wait: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
}

/** UsageError without --tsa. */
function authoritiesOf(options: PadesOptions) {
  if (options.authorities.length === 0) throw new UsageError(`${options.command} needs --tsa`)
  return options.authorities.map(timeStampClient)
}

/** What document time-stamps take. UsageError without --tsa. */
export function timestampOptionsOf(options: PadesOptions) {
  return {
    crypto: nodeCrypto,
    timeStamp: authoritiesOf(options),
    retry,
    inflate: zlibInflate,
    decryption: decryptionOf(options),
  }
}

/** What a level above B-B takes; `roots` are trusted where --trust names none. */
export async function augmentOptionsOf<Above extends Exclude<Level, 'B-B'>>(
  options: PadesOptions,
  level: Above,
  roots: readonly Uint8Array[],
  at: Date,
) {
  const named = await readTrustAnchors(options.trust)
  const trustAnchors = named.length > 0 ? named : roots
  if (level !== 'B-T' && trustAnchors.length === 0) throw new UsageError(`${level} needs --trust`)
  return {
    ...timestampOptionsOf(options),
    level,
    at,
    trustAnchors,
    fetchRevocation: revocationClient({ allowPrivateAddresses: options.allowPrivateAddresses }),
    ...(options.fresh && { revocationFreshness: 'after-signature' as const }),
  }
}
