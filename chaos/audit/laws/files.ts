import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import {
  parseCertificate,
  parseCrl,
  parseSignedData,
  pemToDer,
  type RevocationFetcher,
  type SignedData,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { type Evidence, sha256 } from '../evidence.ts'
import type { Law } from '../law.ts'
import type { CrlRow, DocumentRow } from '../rows.ts'

export const fileLaws: readonly Law[] = [
  {
    says: 'every SIGNED file validates, by the certificate that was fixed at its upload, with revocation checked',
    async judge(evidence, { check }) {
      const { rows, trustRoot } = evidence
      const certificates = new Map(rows.certificates.map((row) => [row.id, row]))
      const options = {
        trustAnchors: [pemToDer(trustRoot)],
        at: new Date(),
        revocation: 'require',
        fetchRevocation: storedCrls(rows.crls),
        crypto: nodeCrypto,
      } as const
      for (const document of rows.documents) {
        const file = await signedFile(evidence, document)
        if (file === null) continue
        const { signatures } = await validateSignatures(bytesSource(file), options)
        const [only] = signatures
        const seen = [only?.indication, only?.subIndication, only?.intact, only?.coverage, only?.level].join(' ')
        check(document.id, seen === 'TOTAL_PASSED  true ENTIRE_FILE B-B' && signatures.length === 1, seen)
        const certificate = certificates.get(document.certificate_id)
        const inFile = cmsOf(file)?.certificates.some((each) => same(each, certificate?.certificate)) ?? false
        check(document.id, inFile, "its certificate is not the row's")
        check(document.id, certificate?.signer_id === document.signer_id, 'the certificate is of another signer')
      }
    },
  },
  {
    says: 'the signature that a row has is by its signer, over what was given to be signed, and it is the one in the file',
    async judge(evidence, { check }) {
      const { rows } = evidence
      const certificates = new Map(rows.certificates.map((row) => [row.id, parseCertificate(row.certificate)]))
      for (const document of rows.documents) {
        const { id, certificate_id, signature, signed_attributes } = document
        const certificate = certificates.get(certificate_id)
        if (signature === null || certificate === undefined) continue
        const { subjectPublicKeyInfo } = certificate
        const file = await signedFile(evidence, document)
        const [only] = (file && cmsOf(file)?.signerInfos) ?? []
        const algorithm = only?.signatureAlgorithm ?? ecdsaWithSha256
        const verifies = await nodeCrypto.verify(algorithm, subjectPublicKeyInfo, signature, signed_attributes)
        check(id, verifies, 'the signature does not verify')
        if (file === null) continue
        check(id, same(only?.signature, signature), 'the file has another signature')
        check(id, same(only?.signedAttributes, signed_attributes), 'other attributes are signed in the file')
      }
    },
  },
  {
    says: 'a file that was given out is given out again, to the byte',
    async judge(evidence, { check }) {
      const { claims, rows } = evidence
      const documents = new Map(rows.documents.map((row) => [row.id, row]))
      const sessions = new Map(rows.sessions.map((row) => [row.id, row.signer_document_id]))
      for (const { via, documentId, ended, facts } of claims.of('download')) {
        if (ended !== 'acknowledged') continue
        const document = documents.get((via === 'signer' ? documentId : sessions.get(documentId)) ?? '')
        const file = document ? await signedFile(evidence, document) : null
        check(documentId, file !== null && sha256(file) === facts.digest, 'there is no such file any more')
      }
    },
  },
]

/** DER AlgorithmIdentifier (RFC 5758 §3.2): 1.2.840.10045.4.3.2, what devices sign with. */
const ecdsaWithSha256 = Uint8Array.from([0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])

/** Null for one that is not SIGNED, and for one whose segments are not there: other laws speak of those. */
async function signedFile({ rows, blobs: { signer } }: Evidence, { id, status }: DocumentRow) {
  const segments = rows.segments.filter((row) => row.document_id === id)
  if (status !== 'SIGNED' || !segments.every(({ blob }) => signer.sizes.has(blob))) return null
  return new Uint8Array(Buffer.concat(await Promise.all(segments.map(({ blob }) => signer.read(blob)))))
}

const same = (one: Uint8Array | null | undefined, other: Uint8Array | undefined) =>
  one != null && other !== undefined && Buffer.from(one).equals(other)

/** The CMS in the last revision's /Contents; null where it cannot be read: the validation speaks of that. */
function cmsOf(file: Uint8Array): SignedData | null {
  const hex = Buffer.from(file)
    .toString('latin1')
    .match(/.*\/Contents\s*<([0-9A-Fa-f]+)>/s)?.[1]
  if (hex === undefined) return null
  try {
    return parseSignedData(new Uint8Array(Buffer.from(hex, 'hex')))
  } catch {
    return null
  }
}

/** The CA's latest lists out of its own table: the auditor asks no service anything. */
function storedCrls(rows: readonly CrlRow[]): RevocationFetcher {
  // RFC 4387 §2.1: iHash is the SHA-1 of the issuer's name, Base64.
  const latest = new Map(
    rows.map(({ crl }) => {
      const hash = nodeCrypto.digest('SHA-1', parseCrl(crl).issuer.der)
      return [Buffer.from(hash).toString('base64').replace(/=+$/, ''), crl]
    }),
  )
  return {
    async fetchCrl(url) {
      const crl = latest.get(new URL(url).searchParams.get('iHash') ?? '')
      if (crl === undefined) throw new Error(`the CA has no list for ${url}`)
      return new Uint8Array(crl)
    },
    async fetchOcsp() {
      throw new Error('the lists of the CA are asked')
    },
  }
}
