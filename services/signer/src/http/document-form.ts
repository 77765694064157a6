import { DocumentFields, type VisualSignature } from '@cloudsigner/contracts/signer'
import { HttpFault } from '@cloudsigner/service'
import type { Multipart, MultipartFile, MultipartValue } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Check, Errors } from 'typebox/value'
import {
  discardBlob,
  type ReceivedFile,
  receiveFile,
  requireSignerReady,
  type Upload,
  type UploadFields,
} from '../actions/upload-document.ts'
import type { SignerContext } from '../context.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { IssuedCertificate } from '../store/signer-store.ts'
import { signerIdOf } from './signer-id.ts'
import { readVisualSignature } from './visual-signature.ts'

/**
 * Bounds of the form beside the file: four short fields, and `visualSignature`. As a field that one is held by the form's
 * parser, as a part with a file name it is read here, where it may be larger: fonts of Chinese have some 20 MB.
 */
export const formLimits = {
  files: 3,
  fields: 8,
  parts: 11,
  fieldNameSize: 100,
  fieldSize: 4 * 1024 * 1024,
  headerPairs: 20,
} as const

/**
 * Reads the form of POST /documents with its parts in any order. The file goes to the blob store as it comes; where the
 * form is refused afterwards it is removed again.
 */
export async function readDocumentForm(
  context: SignerContext,
  request: FastifyRequest,
): Promise<Upload & { readonly file: ReceivedFile }> {
  const fields = new Map<string, string>()
  let visualSignature: VisualSignature | null = null
  let file: ReceivedFile | null = null
  let certificate: IssuedCertificate | null = null
  try {
    for await (const part of partsOf(request)) {
      if (part.fieldname === 'visualSignature') {
        if (visualSignature !== null) throw twice()
        visualSignature = readVisualSignature(part.type === 'file' ? await textOf(part) : wholeValue(part))
      } else if (part.type === 'field') addField(fields, part.fieldname, part.value)
      else {
        requireOneFile(part, file)
        // Where the fields came first, who may not sign is refused before the file is stored.
        if (fields.size >= 3) certificate = await requireSignerReady(context, checkedFields(fields).signerId)
        file = await receiveFile(context, fileNameOf(part.filename), contentOf(part))
      }
    }
    if (file === null) throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The form has no part named file')
    return { file, ...checkedFields(fields), visualSignature, certificate }
  } catch (error) {
    if (file !== null) await discardBlob(context, file.blob)
    drain(request)
    throw error
  }
}

function requireOneFile(part: MultipartFile, earlier: ReceivedFile | null): void {
  if (part.fieldname !== 'file') {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'Only the part named file may be a file')
  }
  if (earlier !== null) throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'The form has two files')
  if (part.mimetype !== 'application/pdf' && part.mimetype !== 'application/octet-stream') {
    throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', `The file is announced as ${part.mimetype}, not application/pdf`)
  }
}

function addField(fields: Map<string, string>, name: string, value: unknown): void {
  if (typeof value !== 'string') throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'A field of the form is not text')
  if (fields.has(name)) throw twice()
  fields.set(name, value)
}

function checkedFields(fields: ReadonlyMap<string, string>): UploadFields {
  const values: unknown = Object.fromEntries(fields)
  if (!Check(DocumentFields, values)) {
    const [first] = Errors(DocumentFields, values)
    throw new SignerProblem(
      'REQUEST_VALIDATION_ERROR',
      `form${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`,
    )
  }
  return { signerId: signerIdOf(values), externalId: values.externalId, name: values.name }
}

/** The last segment of what the client calls the file, without control characters. */
function fileNameOf(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''

  const clean = [...base].filter((character) => character >= ' ' && character !== '\u007f').join('')
  return clean === '' ? 'document.pdf' : clean.slice(0, 255)
}

/** The parts as they come; a body that is cut short or is no form is the caller's fault, not ours. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  const parts = request.parts()
  for (;;) {
    const next = await parts.next().catch(brokenForm)
    if (next.done) return
    yield next.value
  }
}

async function* contentOf(part: MultipartFile): AsyncGenerator<Uint8Array> {
  const chunks = part.file[Symbol.asyncIterator]()
  for (;;) {
    const next = await chunks.next().catch(brokenForm)
    if (next.done) return
    yield next.value
  }
}

function brokenForm(cause: unknown): never {
  // The plugin's own refusals have codes, which the HTTP layer knows; the parser's are bare errors.
  if (
    cause instanceof HttpFault ||
    (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('FST_'))
  ) {
    throw cause
  }
  throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The form is cut short or malformed', {}, { cause })
}

const twice = () => new SignerProblem('REQUEST_VALIDATION_ERROR', 'The form has a field twice')

const maxVisualSignatureBytes = 44 * 1024 * 1024

async function textOf(part: MultipartFile): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of contentOf(part)) {
    size += chunk.length
    if (size > maxVisualSignatureBytes) throw tooLarge(maxVisualSignatureBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function wholeValue({ value, valueTruncated }: MultipartValue): unknown {
  if (valueTruncated) throw tooLarge(formLimits.fieldSize)
  return value
}

const tooLarge = (bytes: number) =>
  new SignerProblem('DOCUMENT_VISUAL_SIGNATURE_ERROR', `The part visualSignature has more than ${bytes} bytes`)

/** Lets the rest of the body run out, so that the client gets to read the refusal. */
function drain(request: FastifyRequest): void {
  request.raw.unpipe()
  request.raw.resume()
}
