/** `pades inspect`: what is in a file, without a word on whether it is trusted. */
import { type SignatureReport, validateSignatures } from '@cloudsigner/pades'
import { openDocument, type PdfDocument, type PdfSource, readFormFields } from '@cloudsigner/pdf'
import { zlibInflate } from '@cloudsigner/pdf/node'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { printable } from '../validate/table.ts'
import type { Command } from './command.ts'
import { UsageError } from './failure.ts'
import { withFile } from './files.ts'
import { decryptionOf } from './signing.ts'

export const inspect: Command = async (options, at) => {
  if (options.files.length === 0) throw new UsageError('inspect takes FILE …')
  const reading = { inflate: zlibInflate, decryption: decryptionOf(options) }
  const inspected = []
  for (const file of options.files) {
    inspected.push(
      await withFile(file, async (source) => {
        const document = await openDocument(source, reading)
        const validation = { trustAnchors: [], at, revocation: 'off', crypto: nodeCrypto, reading } as const
        const { signatures } = await validateSignatures(source, validation)
        return { file, ...(await describe(document, source)), signatures: signatures.map(describeSignature) }
      }),
    )
  }
  return { text: inspected.map(asText).join('\n'), json: inspected }
}

async function describe(document: PdfDocument, source: PdfSource) {
  const store = await document.resolveDictionary((await document.catalog()).get('DSS'))
  const stored = async (key: string) => (await document.resolveArray(store?.get(key)))?.length ?? 0
  const fields = await readFormFields(document)
  return {
    size: source.size,
    version: document.headerVersion,
    repaired: document.repaired?.message ?? null,
    security: document.security && {
      revision: document.security.revision,
      access: document.security.access,
      mayFillForms: document.security.mayFillForms,
      mayCreateFields: document.security.mayCreateFields,
    },
    revisions: document.revisions.map(({ end, xrefKind }) => ({ end, xrefKind })),
    emptySignatureFields: fields
      .filter(({ type, terminal, value }) => type === 'Sig' && terminal && value === undefined)
      .map(({ name }) => name),
    securityStore: store && {
      certificates: await stored('Certs'),
      crls: await stored('CRLs'),
      ocspResponses: await stored('OCSPs'),
    },
  }
}

function describeSignature(report: SignatureReport) {
  const { field, type, subFilter, level, revision, intact, coverage, modifications, signer, signingTime } = report
  const timestamps = report.timestamps.map(({ type: kind, time, authority, intact: holds }) => ({
    type: kind,
    time,
    authority,
    intact: holds,
  }))
  return { field, type, subFilter, level, revision, intact, coverage, modifications, signer, signingTime, timestamps }
}

type Inspected = { readonly file: string } & Awaited<ReturnType<typeof describe>> & {
    readonly signatures: readonly ReturnType<typeof describeSignature>[]
  }

function asText(one: Inspected): string {
  const { security, securityStore } = one
  const lines: readonly (readonly [string, string | null])[] = [
    ['size', `${one.size} bytes, PDF ${one.version ?? 'of no version'}`],
    ['broken', one.repaired],
    ['encrypted', security && `R ${security.revision}, opened as ${security.access}`],
    ['revisions', one.revisions.map(({ end, xrefKind }) => `${xrefKind} to ${end ?? 'the end'}`).join(', ')],
    ['to be signed', one.emptySignatureFields.join(', ') || null],
    [
      'stored',
      securityStore &&
        `${securityStore.certificates} certificates, ${securityStore.crls} CRLs, ${securityStore.ocspResponses} OCSP answers`,
    ],
    ...one.signatures.map((signature) => [signature.type, signatureLine(signature)] as const),
  ]
  const rows = lines.flatMap(([label, text]) => (text === null ? [] : [`  ${label.padEnd(14)}${printable(text)}`]))
  return [printable(one.file), ...rows].join('\n')
}

function signatureLine(signature: Inspected['signatures'][number]): string {
  const parts = [
    signature.field,
    signature.level ?? signature.subFilter,
    signature.intact === null ? 'not judged' : signature.intact ? 'intact' : 'BROKEN',
    signature.coverage,
    `later changes: ${signature.modifications ?? 'not judged'}`,
    signature.signer,
    ...signature.timestamps.map(({ time, authority }) => `stamped ${time} by ${authority}`),
  ]
  return parts.filter((part) => part !== null).join('; ')
}
