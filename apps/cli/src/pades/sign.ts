/** `pades sign`, and its two phases apart: `prepare` and `embed`. */
import { readFile, writeFile } from 'node:fs/promises'
import { embedAtLevel, type PdfSource, prepareSignature, type SignaturePlan } from '@cloudsigner/pades'
import { bytesEqual, defaultSignatureAlgorithm, parseCertificate, readPublicKeyInfo, rsassaPss } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import type { Command, Outcome } from './command.ts'
import { FileFailure, UsageError } from './failure.ts'
import { withFile, writeAppended } from './files.ts'
import type { PadesOptions } from './options.ts'
import { readChain, readKey } from './signer-files.ts'
import { augmentOptionsOf, levels, prepareOptionsOf } from './signing.ts'

const hashes = ['SHA-256', 'SHA-384', 'SHA-512'] as const
const schemes = ['PKCS1', 'PSS'] as const

export const sign: Command = async (options, at) => {
  const [input = '', output = ''] = options.operands('IN', 'OUT')
  const chain = await readChain(options.get('chain'))
  const [scheme, hash] = [options.choose('scheme', schemes), options.choose('digest', hashes)]
  const key = await readKey(options.get('key'), options.find('key-password'), {
    ...(scheme && { scheme }),
    ...(hash && { hash }),
  })
  if (!bytesEqual(key.subjectPublicKeyInfo, parseCertificate(chain.certificate).subjectPublicKeyInfo))
    throw new FileFailure('the key is not that of the first certificate in --chain')
  const segments = await withFile(input, async (source) => {
    const prepareOptions = await prepareOptionsOf(options, chain, key.signatureAlgorithm, at)
    const { plan, signedAttributes } = await prepareSignature(source, prepareOptions)
    return embed(source, plan, await key.sign(signedAttributes), options, chain.roots, at)
  })
  return appended(input, output, segments, options)
}

export const prepare: Command = async (options, at) => {
  const [input = '', output = ''] = options.operands('IN', 'PLAN')
  const chain = await readChain(options.get('chain'))
  const algorithm = requestedAlgorithm(chain.certificate, options)
  const { plan, signedAttributes } = await withFile(input, async (source) =>
    prepareSignature(source, await prepareOptionsOf(options, chain, algorithm, at)),
  )
  await writeFile(output, `${JSON.stringify(plan)}\n`)
  const toSign = options.find('to-sign')
  if (toSign !== undefined) await writeFile(toSign, signedAttributes)
  const { fieldName, digestAlgorithm, messageDigest } = plan
  return {
    text: `${output}: field ${fieldName}; sign ${toSign ?? "the plan's signedAttributes"} (${digestAlgorithm})`,
    json: { plan: output, field: fieldName, digestAlgorithm, messageDigest, toSign: plan.signedAttributes },
  }
}

/** What `sign` would take of the key, from the certificate alone. */
function requestedAlgorithm(certificate: Uint8Array, options: PadesOptions): Uint8Array | undefined {
  const [scheme, hash] = [options.choose('scheme', schemes), options.choose('digest', hashes)]
  const { subjectPublicKeyInfo } = parseCertificate(certificate)
  if (scheme === 'PSS' && readPublicKeyInfo(subjectPublicKeyInfo).algorithm === 'RSA')
    return rsassaPss(hash ?? 'SHA-256')
  return hash && defaultSignatureAlgorithm(subjectPublicKeyInfo, hash)
}

export const embedSigned: Command = async (options, at) => {
  const [input = '', planFile = '', signatureFile = '', output = ''] = options.operands(
    'IN',
    'PLAN',
    'SIGNATURE',
    'OUT',
  )
  const plan = readPlan(await readFile(planFile, 'utf8'), planFile)
  const signature = new Uint8Array(await readFile(signatureFile))
  const segments = await withFile(input, (source) => {
    if (source.size !== plan.sourceSize) throw new FileFailure(`${input} is not the file that ${planFile} is for`)
    return embed(source, plan, signature, options, [], at)
  })
  return appended(input, output, segments, options)
}

/** Its members are checked where they are used. */
function readPlan(text: string, file: string): SignaturePlan {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FileFailure(`${file} is no plan`, { cause })
  }
}

async function embed(
  source: PdfSource,
  plan: SignaturePlan,
  signature: Uint8Array,
  options: PadesOptions,
  roots: readonly Uint8Array[],
  at: Date,
): Promise<readonly Uint8Array[]> {
  const level = options.choose('level', levels) ?? 'B-B'
  if (level === 'B-B') {
    if (options.authorities.length > 0) throw new UsageError('--tsa is for levels from B-T on')
    return embedAtLevel(source, plan, signature, { level, crypto: nodeCrypto })
  }
  return embedAtLevel(source, plan, signature, await augmentOptionsOf(options, level, roots, at))
}

async function appended(
  input: string,
  output: string,
  segments: readonly Uint8Array[],
  options: PadesOptions,
): Promise<Outcome> {
  const bytes = await writeAppended(input, output, segments)
  const level = options.choose('level', levels) ?? 'B-B'
  return {
    text: `${output}: signed, ${level}; ${bytes} bytes appended in ${segments.length} revision(s)`,
    json: { file: output, level, segments: segments.map(({ length }) => length) },
  }
}
