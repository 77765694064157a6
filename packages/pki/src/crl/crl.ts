import { bytesEqual } from '../bytes.ts'
import { type Extension, extensionOids, findExtension, readExtensions } from '../certificate/extension.ts'
import { readAuthorityKeyIdentifier } from '../certificate/read-extensions.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { readCanonical } from '../der/canonical.ts'
import {
  decodeBitStringOctets,
  decodeInteger,
  decodeSerialNumber,
  decodeSmallInteger,
  decodeTime,
} from '../der/decode.ts'
import { type DerElement, forEachChild } from '../der/element.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import { type Name, readName } from '../names/name.ts'
import { type CrlReason, findCrlReason } from './reason.ts'

/** RFC 5280 §5.3. */
export interface CrlEntry {
  /** Upper-case hex, as in Certificate. */
  readonly serialNumber: string
  readonly revocationDate: Date
  readonly reason: CrlReason | null
  readonly invalidityDate: Date | null
}

/** RFC 5280 §5.1, read whole. */
export interface CertificateRevocationList {
  readonly der: Uint8Array
  /** What `signature` covers. */
  readonly tbsCertList: Uint8Array
  readonly issuer: Name
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
  readonly crlNumber: bigint | null
  /** BaseCRLNumber of a delta CRL; null for a complete one. */
  readonly deltaCrlIndicator: bigint | null
  readonly authorityKeyIdentifier: Uint8Array | null
  readonly extensions: readonly Extension[]
  /** By serial number. */
  readonly entries: ReadonlyMap<string, CrlEntry>
  /** Whether some entry carries a critical extension that we do not process: the CRL must not be used then (RFC 5280 §5.3). */
  readonly hasUnknownCriticalEntryExtension: boolean
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

const code = 'crl_malformed'

/** PkiError 'crl_malformed' or 'too_large'. Checks form only. */
export function parseCrl(der: Uint8Array): CertificateRevocationList {
  return parsing(code, 'CertificateList', () => {
    const list = Structure.open(readCanonical(der), 'CertificateList', code)
    const tbs = list.required(Tag.Sequence, 'tbsCertList')
    const signatureAlgorithm = list.required(Tag.Sequence, 'signatureAlgorithm').bytes
    const signature = decodeBitStringOctets(list.required(Tag.BitString, 'signatureValue'))
    list.end()
    const { innerSignatureAlgorithm, ...fields } = readTbsCertList(tbs)
    // RFC 5280 §5.1.1.2.
    if (!bytesEqual(innerSignatureAlgorithm, signatureAlgorithm)) {
      throw new PkiError(code, 'the signature algorithm differs from the one that was signed')
    }
    return Object.freeze({ der, tbsCertList: tbs.bytes, ...fields, signatureAlgorithm, signature })
  })
}

function readTbsCertList(element: DerElement) {
  const tbs = Structure.open(element, 'TBSCertList', code)
  const version = tbs.optional(Tag.Integer)
  if (version && decodeSmallInteger(version) !== 1) throw new PkiError(code, 'CRL version is not 2')
  const innerSignatureAlgorithm = tbs.required(Tag.Sequence, 'signature').bytes
  const issuer = readName(tbs.required(Tag.Sequence, 'issuer'))
  const thisUpdate = decodeTime(tbs.any('thisUpdate'))
  const nextUpdate = tbs.optional(Tag.UtcTime, Tag.GeneralizedTime)
  const revoked = tbs.optional(Tag.Sequence)
  const extensionsMember = tbs.optional(contextConstructed(0))
  tbs.end()
  const extensions = extensionsMember
    ? readExtensions(explicitContent(extensionsMember, 'crlExtensions', code), code)
    : []
  const read = <T>(oid: string, decode: (value: DerElement) => T): T | null => {
    const extension = findExtension(extensions, oid)
    return extension ? decode(readCanonical(extension.value)) : null
  }
  return {
    innerSignatureAlgorithm,
    issuer,
    thisUpdate,
    nextUpdate: nextUpdate && decodeTime(nextUpdate),
    crlNumber: read(extensionOids.cRLNumber, decodeInteger),
    deltaCrlIndicator: read(extensionOids.deltaCRLIndicator, decodeInteger),
    authorityKeyIdentifier: read(extensionOids.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    extensions,
    ...readEntries(revoked),
  }
}

const processedEntryExtensions: readonly string[] = [extensionOids.cRLReason, extensionOids.invalidityDate]

function readEntries(revoked: DerElement | null) {
  const entries = new Map<string, CrlEntry>()
  let hasUnknownCriticalEntryExtension = false
  const take = (member: DerElement): void => {
    const { entry, extensions } = readEntry(member)
    entries.set(entry.serialNumber, entry)
    if (extensions.some(({ critical, oid }) => critical && !processedEntryExtensions.includes(oid))) {
      hasUnknownCriticalEntryExtension = true
    }
  }
  if (revoked) forEachChild(revoked, take)
  return { entries, hasUnknownCriticalEntryExtension }
}

function readEntry(element: DerElement): { entry: CrlEntry; extensions: readonly Extension[] } {
  const structure = Structure.open(element, 'revokedCertificate', code)
  const serialNumber = decodeSerialNumber(structure.required(Tag.Integer, 'userCertificate'))
  const revocationDate = decodeTime(structure.any('revocationDate'))
  const extensionsMember = structure.optional(Tag.Sequence)
  structure.end()
  const extensions = extensionsMember ? readExtensions(extensionsMember, code) : []
  const reason = findExtension(extensions, extensionOids.cRLReason)
  const invalidityDate = findExtension(extensions, extensionOids.invalidityDate)
  return {
    entry: {
      serialNumber,
      revocationDate,
      reason: reason && findCrlReason(decodeSmallInteger(readCanonical(reason.value))),
      invalidityDate: invalidityDate && decodeTime(readCanonical(invalidityDate.value)),
    },
    extensions,
  }
}

/** The signature alone; whether that issuer may sign it is path validation's to say. */
export function verifyCrlSignature(
  crl: CertificateRevocationList,
  issuerSubjectPublicKeyInfo: Uint8Array,
  crypto: Pick<CryptoProvider, 'verify'>,
): Promise<boolean> {
  return crypto.verify(crl.signatureAlgorithm, issuerSubjectPublicKeyInfo, crl.signature, crl.tbsCertList)
}
