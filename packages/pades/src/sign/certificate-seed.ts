/** The certificate seed value dictionary (ISO 32000-2, table 238): who may sign. */
import {
  decodeTextString,
  integerValue,
  PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfString,
} from '@cloudsigner/pdf'
import {
  attributeValues,
  bytesEqual,
  type Certificate,
  findAttributeTypeByName,
  foldValue,
  type KeyUsage,
  namesEqual,
  PkiError,
  parseCertificate,
  tryReading,
} from '@cloudsigner/pki'
import { type SignatureRequest, unmet } from './seed-values.ts'

/** Table 238, Ff. URL is a hint where to get a certificate. */
const demanded = { Subject: 1, Issuer: 2, OID: 4, SubjectDN: 8, KeyUsage: 32 } as const

/** PadesError 'seed_values_unmet'. */
export async function checkCertificateSeed(
  document: PdfDocument,
  seed: PdfDictionary,
  request: SignatureRequest,
): Promise<void> {
  const flags = integerValue(await document.resolve(seed.get('Ff'))) ?? 0
  const { certificate } = request
  for (const [key, bit] of Object.entries(demanded)) {
    if ((flags & bit) === 0 || !seed.has(key)) continue
    const items: PdfObject[] = []
    for (const item of (await document.resolveArray(seed.get(key))) ?? []) items.push(await document.resolve(item))
    if (!(await allows(document, key, items, certificate, request))) throw unmet(`Cert/${key}`)
  }
}

async function allows(
  document: PdfDocument,
  key: string,
  items: readonly PdfObject[],
  certificate: Certificate,
  request: SignatureRequest,
): Promise<boolean> {
  const strings = items.flatMap((item) => (item instanceof PdfString ? [item] : []))
  switch (key) {
    case 'Subject':
      return strings.some(({ bytes }) => bytesEqual(bytes, certificate.der))
    case 'Issuer':
      return strings.some(({ bytes }) => isIssuer(bytes, certificate, request.certificates))
    case 'OID':
      return strings.some(
        (item) => certificate.extensions.certificatePolicies?.includes(decodeTextString(item)) === true,
      )
    case 'KeyUsage':
      return strings.some((item) => matchesKeyUsage(decodeTextString(item), certificate.extensions.keyUsage ?? []))
    default:
      for (const item of items)
        if (item instanceof PdfDictionary && (await matchesSubject(document, item, certificate))) return true
      return false
  }
}

/** One of the certificates of the chain, or the issuer of its last one. */
function isIssuer(der: Uint8Array, certificate: Certificate, chain: readonly Uint8Array[]): boolean {
  const issuer = tryReading(() => parseCertificate(der))
  if (issuer instanceof PkiError) return false
  const chained = chain.map((one) => tryReading(() => parseCertificate(one)))
  return [certificate, ...chained].some(
    (one) => !(one instanceof PkiError) && (namesEqual(one.issuer, issuer.subject) || bytesEqual(one.der, der)),
  )
}

/** Attributes by their short names, all of which have to be in the subject. */
async function matchesSubject(document: PdfDocument, dn: PdfDictionary, { subject }: Certificate): Promise<boolean> {
  for (const [key, value] of dn.entries()) {
    const text = await document.resolve(value)
    const oid = findAttributeTypeByName(key)?.oid ?? key
    if (!(text instanceof PdfString)) return false
    const wanted = foldValue(decodeTextString(text))
    if (!attributeValues(subject, oid).some((one) => foldValue(one) === wanted)) return false
  }
  return true
}

const usages: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

/** A character a usage, from the first: 1 has to be there, 0 must not, X and what is left out may. */
function matchesKeyUsage(pattern: string, present: readonly KeyUsage[]): boolean {
  return [...pattern].every((wanted, index) => {
    const usage = usages[index]
    const has = usage !== undefined && present.includes(usage)
    return wanted === '1' ? has : wanted === '0' ? !has : true
  })
}
