/** Seed values of a signature field (ISO 32000-2, 12.7.5.5, tables 237 to 239): what the document's author demands of its signature. */
import {
  decodeTextString,
  integerValue,
  nameValue,
  type PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfString,
} from '@cloudsigner/pdf'
import type { Certificate, HashAlgorithm } from '@cloudsigner/pki'
import { checkCertificateSeed } from './certificate-seed.ts'
import { PadesError } from './errors.ts'
import { docMdpPermission, type MdpPermission } from './permissions.ts'

/** What is about to be signed. */
export interface SignatureRequest {
  readonly reason?: string
  readonly certify?: MdpPermission
  readonly digestAlgorithm: HashAlgorithm
  readonly certificate: Certificate
  /** DER: the signer's certificate and those sent along. */
  readonly certificates: readonly Uint8Array[]
  /** Whether room is kept for a time-stamp. */
  readonly timestamped: boolean
}

/** What the request becomes where the field leaves one choice only. */
export interface MetSeedValues {
  readonly reason?: string
  readonly certify?: MdpPermission
}

/** Table 237, Ff: which constraints are demanded and not only wished. */
const demanded = {
  Filter: 1,
  SubFilter: 2,
  V: 4,
  Reasons: 8,
  LegalAttestation: 16,
  AddRevInfo: 32,
  DigestMethod: 64,
  LockDocument: 128,
  AppearanceFilter: 256,
} as const

/** The highest version of seed values whose constraints are known here. */
const knownVersion = 3

/** PadesError 'seed_values_unmet' names the constraint; 'seed_values_unsupported' where one cannot be met here at all. */
export async function meetSeedValues(
  document: PdfDocument,
  seed: PdfDictionary,
  request: SignatureRequest,
): Promise<MetSeedValues> {
  const reader = new SeedReader(document, seed)
  const flags = integerValue(await reader.get('Ff')) ?? 0
  const demands = (key: keyof typeof demanded) => (flags & demanded[key]) !== 0 && seed.has(key)
  if (demands('V') && Number(await reader.get('V')) > knownVersion) throw unsupported('V')
  if (demands('Filter') && nameValue(await reader.get('Filter')) !== 'Adobe.PPKLite') throw unmet('Filter')
  if (demands('SubFilter') && !(await reader.names('SubFilter')).includes('ETSI.CAdES.detached'))
    throw unmet('SubFilter')
  if (
    demands('DigestMethod') &&
    !(await reader.texts('DigestMethod')).map(digestName).includes(request.digestAlgorithm)
  )
    throw unmet('DigestMethod')
  for (const key of ['LegalAttestation', 'AppearanceFilter'] as const) if (demands(key)) throw unsupported(key)
  if (demands('AddRevInfo') && (await reader.get('AddRevInfo')) === true) throw unsupported('AddRevInfo')
  if (demands('LockDocument') && nameValue(await reader.get('LockDocument')) === 'true')
    throw unsupported('LockDocument')
  await checkTimeStamp(document, seed, request)
  const certificateSeed = await document.resolveDictionary(seed.get('Cert'))
  if (certificateSeed) await checkCertificateSeed(document, certificateSeed, request)
  const reason = demands('Reasons') ? meetReasons(await reader.texts('Reasons'), request.reason) : request.reason
  const certify = await meetMdp(document, seed, request.certify)
  return { ...(reason !== undefined && { reason }), ...(certify !== undefined && { certify }) }
}

export const unmet = (what: string): PadesError =>
  new PadesError('seed_values_unmet', `the signature does not meet the field's seed value ${what}`)
export const unsupported = (what: string): PadesError =>
  new PadesError('seed_values_unsupported', `the field's seed value ${what} demands what is not supported`)

/** `SHA256` in the document, `SHA-256` here. */
const digestName = (text: string): string => text.replace(/^SHA-?/, 'SHA-')

/** A list of a full stop alone, or an empty one, forbids a reason; a single one is taken where none was asked for. */
function meetReasons(allowed: readonly string[], asked: string | undefined): string | undefined {
  const [only, ...others] = allowed
  if (only === undefined || (only === '.' && others.length === 0)) {
    if (asked !== undefined) throw unmet('Reasons')
    return undefined
  }
  const reason = asked ?? (others.length === 0 ? only : undefined)
  if (reason === undefined || !allowed.includes(reason)) throw unmet('Reasons')
  return reason
}

/** MDP: P 0 asks for an approval signature, 1 to 3 for a certification. */
async function meetMdp(
  document: PdfDocument,
  seed: PdfDictionary,
  certify: MdpPermission | undefined,
): Promise<MdpPermission | undefined> {
  const mdp = await document.resolveDictionary(seed.get('MDP'))
  if (!mdp) return certify
  const permission = integerValue(await document.resolve(mdp.get('P')))
  const wanted = permission === 0 ? undefined : docMdpPermission(permission)
  if (permission !== 0 && wanted === undefined) throw unsupported('MDP')
  if (certify !== undefined && certify !== wanted) throw unmet('MDP')
  return wanted
}

/** TimeStamp: its own Ff says whether it is demanded; of which authority is the caller's to choose. */
async function checkTimeStamp(document: PdfDocument, seed: PdfDictionary, request: SignatureRequest): Promise<void> {
  const timeStamp = await document.resolveDictionary(seed.get('TimeStamp'))
  const isDemanded = integerValue(await document.resolve(timeStamp?.get('Ff'))) === 1
  if (isDemanded && !request.timestamped) throw unmet('TimeStamp')
}

/** Values of one dictionary, references followed. */
class SeedReader {
  readonly #document: PdfDocument
  readonly #seed: PdfDictionary

  constructor(document: PdfDocument, seed: PdfDictionary) {
    this.#document = document
    this.#seed = seed
  }

  get(key: string): Promise<PdfObject> {
    return this.#document.resolve(this.#seed.get(key))
  }

  async names(key: string): Promise<readonly string[]> {
    return (await this.#items(key)).flatMap((item) => nameValue(item) ?? [])
  }

  async texts(key: string): Promise<readonly string[]> {
    return (await this.#items(key)).flatMap((item) => (item instanceof PdfString ? [decodeTextString(item)] : []))
  }

  async #items(key: string): Promise<readonly PdfObject[]> {
    const items: PdfObject[] = []
    for (const item of (await this.#document.resolveArray(this.#seed.get(key))) ?? [])
      items.push(await this.#document.resolve(item))
    return items
  }
}
