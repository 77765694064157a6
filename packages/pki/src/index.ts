// Signatures of the room's surface; the parts behind them follow.
import type { CryptoProvider, HashAlgorithm, IncrementalHash, KeySigner } from './crypto-provider.ts'
import { PkiError, type PkiErrorCode } from './errors.ts'

export type { CryptoProvider, HashAlgorithm, IncrementalHash, KeySigner, PkiErrorCode }
export { PkiError }

/** An object identifier in dotted form. */
export type Oid = string

// --- der
export interface DerElement {
  /** Identifier octet (only tag numbers below 31 occur in our structures). */
  readonly tag: number
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  /** Of `bytes` in what was read first. */
  readonly offset: number
}
/** Reads exactly one element; PkiError 'der_malformed' for anything after it. */
export declare function readDer(bytes: Uint8Array): DerElement
export declare function derChildren(element: DerElement): readonly DerElement[]
export declare function isCanonicalDer(bytes: Uint8Array): boolean
export declare function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array
export declare function encodeOid(oid: Oid): Uint8Array
export declare function decodeOid(element: DerElement): Oid
/** The one PEM block (label optional), or null-free DER. PkiError 'pem_malformed'. */
export declare function pemToDer(pem: string, label?: string): Uint8Array
export declare function pemBlocks(pem: string, label?: string): readonly Uint8Array[]
export declare function derToPem(der: Uint8Array, label: string): string

// --- algorithms
export interface SignatureAlgorithmInfo {
  readonly oid: Oid
  readonly name: 'ECDSA' | 'RSASSA-PKCS1-v1_5' | 'RSASSA-PSS' | 'Ed25519'
  /** Of the data; null for Ed25519, which hashes by itself. */
  readonly hash: HashAlgorithm | null
  readonly saltLength?: number
}
/** PkiError 'algorithm_unsupported'. */
export declare function readSignatureAlgorithm(algorithmIdentifier: Uint8Array): SignatureAlgorithmInfo
export interface PublicKeyInfo {
  readonly algorithm: 'EC' | 'RSA' | 'Ed25519'
  readonly curve?: 'P-256' | 'P-384' | 'P-521'
  /** Modulus length for RSA. */
  readonly modulusBits?: number
}
export declare function readPublicKeyInfo(subjectPublicKeyInfo: Uint8Array): PublicKeyInfo
/** AlgorithmIdentifier DER of the natural signature for a key: P-256 → ecdsa-with-SHA256, P-384 → SHA-384, RSA → sha256WithRSAEncryption. */
export declare function defaultSignatureAlgorithm(subjectPublicKeyInfo: Uint8Array): Uint8Array
export declare function hashAlgorithmIdentifier(hash: HashAlgorithm): Uint8Array
/** PkiError 'algorithm_unsupported'. */
export declare function readHashAlgorithm(algorithmIdentifier: Uint8Array): HashAlgorithm

// --- names
export interface NameAttribute {
  readonly type: Oid
  readonly value: string
}
export interface Name {
  readonly der: Uint8Array
  /** In DER order. */
  readonly rdns: readonly (readonly NameAttribute[])[]
  /** RFC 4514: last RDN first. */
  readonly rfc4514: string
}
export declare function parseName(der: Uint8Array): Name
export declare function nameFromString(rfc4514: string): Name
export declare function buildName(rdns: readonly (readonly NameAttribute[])[]): Name
/** RFC 5280 §7.1: case and white space do not matter. */
export declare function namesEqual(a: Name, b: Name): boolean

// --- certificates
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'
export interface Extension {
  readonly oid: Oid
  readonly critical: boolean
  /** DER of the extension's own value (inside the OCTET STRING). */
  readonly value: Uint8Array
}
export interface CertificateExtensions {
  readonly all: readonly Extension[]
  readonly basicConstraints: { readonly ca: boolean; readonly pathLenConstraint: number | null } | null
  readonly keyUsage: readonly KeyUsage[] | null
  readonly extKeyUsage: readonly Oid[] | null
  readonly subjectKeyIdentifier: Uint8Array | null
  /** keyIdentifier of the AuthorityKeyIdentifier. */
  readonly authorityKeyIdentifier: Uint8Array | null
  readonly crlUrls: readonly string[]
  readonly ocspUrls: readonly string[]
  readonly caIssuerUrls: readonly string[]
  readonly certificatePolicies: readonly Oid[] | null
  readonly qcStatements: readonly Oid[] | null
  readonly ocspNoCheck: boolean
}
export interface Certificate {
  readonly der: Uint8Array
  readonly tbsCertificate: Uint8Array
  readonly version: 1 | 2 | 3
  /** Upper-case hex of the integer's octets, two digits each, without the sign octet 00. */
  readonly serialNumber: string
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  readonly notAfter: Date
  readonly subjectPublicKeyInfo: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly extensions: CertificateExtensions
}
export declare function parseCertificate(der: Uint8Array): Certificate
export declare function findExtension(extensions: readonly Extension[], oid: Oid): Extension | null
export interface TbsCertificateFields {
  /** Positive, at most 20 octets, big endian (RFC 5280 §4.1.2.2). */
  readonly serialNumber: Uint8Array
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  /** Inclusive (RFC 5280 §4.1.2.5). */
  readonly notAfter: Date
  readonly subjectPublicKeyInfo: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly extensions: readonly Extension[]
}
export declare function buildTbsCertificate(fields: TbsCertificateFields): Uint8Array
export declare function assembleCertificate(tbsCertificate: Uint8Array, signature: Uint8Array): Uint8Array
export declare function issueCertificate(
  fields: Omit<TbsCertificateFields, 'signatureAlgorithm'>,
  issuer: KeySigner,
): Promise<Uint8Array>
/** Signature only; no path rules. */
export declare function verifyCertificateSignature(
  certificate: Certificate,
  issuerSubjectPublicKeyInfo: Uint8Array,
  crypto: CryptoProvider,
): Promise<boolean>

// --- certification requests
export interface CertificationRequest {
  readonly der: Uint8Array
  readonly certificationRequestInfo: Uint8Array
  readonly subject: Name
  readonly subjectPublicKeyInfo: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly requestedExtensions: readonly Extension[]
}
/** DER bytes, PEM text, or bare Base64 text of DER. */
export declare function parseCertificationRequest(input: Uint8Array | string): CertificationRequest
/** Proof of possession: the request's own signature (RFC 2986 §3). */
export declare function verifyCertificationRequest(
  request: CertificationRequest,
  crypto: CryptoProvider,
): Promise<boolean>
export declare function buildCertificationRequestInfo(fields: {
  readonly subject: Name
  readonly subjectPublicKeyInfo: Uint8Array
}): Uint8Array
/** signatureAlgorithm defaults to the key's natural one. */
export declare function assembleCertificationRequest(
  certificationRequestInfo: Uint8Array,
  signature: Uint8Array,
  signatureAlgorithm?: Uint8Array,
): Uint8Array

// --- CMS
export interface SignedAttributesFields {
  /** Default id-data. */
  readonly contentType?: Oid
  readonly messageDigest: Uint8Array
  /** DER of the signer's certificate, for ESSCertIDv2 (RFC 5035). */
  readonly signingCertificate: Uint8Array
  /** Of ESSCertIDv2's certHash; default SHA-256. */
  readonly digestAlgorithm?: HashAlgorithm
  /** Left out in PAdES (EN 319 142-1 §6.3): M carries it. */
  readonly signingTime?: Date
  readonly crypto: Pick<CryptoProvider, 'digest'>
}
/** DER SET OF Attribute: the bytes that are signed (RFC 5652 §5.4). */
export declare function buildSignedAttributes(fields: SignedAttributesFields): Uint8Array
export interface SignedDataFields {
  readonly signedAttributes: Uint8Array
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  /** Of the content. */
  readonly digestAlgorithm: HashAlgorithm
  /** DER; the signer's certificate first. */
  readonly certificates: readonly Uint8Array[]
  /** Unsigned attributes, DER Attribute each (signature time-stamp …). */
  readonly unsignedAttributes?: readonly Uint8Array[]
  /** Detached where left out. */
  readonly encapsulatedContent?: { readonly contentType: Oid; readonly content: Uint8Array }
}
/** DER ContentInfo. */
export declare function buildSignedData(fields: SignedDataFields): Uint8Array
export declare function buildAttribute(type: Oid, ...values: readonly Uint8Array[]): Uint8Array
export interface CmsAttribute {
  readonly type: Oid
  /** DER of each value. */
  readonly values: readonly Uint8Array[]
}
export interface SignerInfo {
  readonly version: number
  readonly sid: { readonly issuer: Name; readonly serialNumber: string } | { readonly subjectKeyIdentifier: Uint8Array }
  /** DER AlgorithmIdentifier. */
  readonly digestAlgorithm: Uint8Array
  /** As SET OF, what is signed; null where the content is signed directly. */
  readonly signedAttributes: Uint8Array | null
  readonly attributes: readonly CmsAttribute[]
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly CmsAttribute[]
}
export interface SignedData {
  readonly version: number
  /** DER AlgorithmIdentifiers. */
  readonly digestAlgorithms: readonly Uint8Array[]
  readonly contentType: Oid
  /** eContent's octets; null where detached. */
  readonly content: Uint8Array | null
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** id-ri-ocsp-response entries of RevocationInfoChoices: DER OCSPResponse. */
  readonly ocspResponses: readonly Uint8Array[]
  readonly signerInfos: readonly SignerInfo[]
}
/** ContentInfo in DER or BER; zero bytes after it (PDF padding) are allowed and nothing else. PkiError 'cms_malformed'. */
export declare function parseSignedData(contentInfo: Uint8Array): SignedData
export interface SigningCertificateReference {
  readonly hashAlgorithm: HashAlgorithm
  readonly certHash: Uint8Array
  readonly issuerSerial: { readonly issuer: Name; readonly serialNumber: string } | null
}
/** Of signing-certificate-v2 (RFC 5035) or signing-certificate (RFC 2634), whichever is there. */
export declare function readSigningCertificate(signerInfo: SignerInfo): readonly SigningCertificateReference[] | null

// --- CRL
export type CrlReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise'
export interface CrlEntry {
  readonly serialNumber: string
  readonly revocationDate: Date
  readonly reason: CrlReason | null
  readonly invalidityDate: Date | null
}
export interface CertificateRevocationList {
  readonly der: Uint8Array
  readonly tbsCertList: Uint8Array
  readonly issuer: Name
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
  readonly crlNumber: bigint | null
  readonly deltaCrlIndicator: bigint | null
  readonly authorityKeyIdentifier: Uint8Array | null
  readonly extensions: readonly Extension[]
  /** By serial number (upper-case hex). */
  readonly entries: ReadonlyMap<string, CrlEntry>
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}
export declare function parseCrl(der: Uint8Array): CertificateRevocationList
export interface CrlFields {
  readonly issuer: Name
  readonly authorityKeyIdentifier: Uint8Array
  readonly crlNumber: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly entries: readonly CrlEntry[]
}
export declare function buildCrl(fields: CrlFields, issuer: KeySigner): Promise<Uint8Array>
export declare function verifyCrlSignature(
  crl: CertificateRevocationList,
  issuerSubjectPublicKeyInfo: Uint8Array,
  crypto: CryptoProvider,
): Promise<boolean>

// --- OCSP
export interface CertId {
  readonly hashAlgorithm: HashAlgorithm
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serialNumber: string
  /** As it was sent or is to be sent: a responder echoes it. */
  readonly der: Uint8Array
}
export declare function buildCertId(fields: {
  readonly issuer: Certificate
  readonly serialNumber: string
  readonly hashAlgorithm: HashAlgorithm
  readonly crypto: Pick<CryptoProvider, 'digest'>
}): CertId
export interface OcspRequest {
  readonly certIds: readonly CertId[]
  readonly nonce: Uint8Array | null
}
export declare function buildOcspRequest(request: OcspRequest): Uint8Array
export declare function parseOcspRequest(der: Uint8Array): OcspRequest
export type CertStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly revocationTime: Date; readonly reason: CrlReason | null }
  | { readonly status: 'unknown' }
export interface SingleResponse {
  readonly certId: CertId
  readonly certStatus: CertStatus
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
}
export declare function buildOcspResponse(
  fields: {
    readonly responderCertificate: Certificate
    readonly producedAt: Date
    readonly responses: readonly SingleResponse[]
    readonly nonce: Uint8Array | null
    /** Sent along, the responder's own first. */
    readonly certificates: readonly Uint8Array[]
  },
  responder: KeySigner,
): Promise<Uint8Array>
export type OcspErrorStatus = 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized'
export declare function buildOcspErrorResponse(status: OcspErrorStatus): Uint8Array
export interface BasicOcspResponse {
  readonly tbsResponseData: Uint8Array
  readonly responderId: { readonly byName: Name } | { readonly byKey: Uint8Array }
  readonly producedAt: Date
  readonly responses: readonly SingleResponse[]
  readonly nonce: Uint8Array | null
  readonly certificates: readonly Uint8Array[]
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}
export interface OcspResponse {
  readonly der: Uint8Array
  readonly status: 'successful' | OcspErrorStatus
  /** Null unless successful. */
  readonly basic: BasicOcspResponse | null
}
export declare function parseOcspResponse(der: Uint8Array): OcspResponse

// --- TSP
export interface MessageImprint {
  readonly hashAlgorithm: HashAlgorithm
  readonly hashedMessage: Uint8Array
}
export interface TimeStampRequest {
  readonly messageImprint: MessageImprint
  readonly reqPolicy: Oid | null
  /** Positive integer, big endian. */
  readonly nonce: Uint8Array | null
  readonly certReq: boolean
}
export declare function buildTimeStampRequest(request: TimeStampRequest): Uint8Array
export declare function parseTimeStampRequest(der: Uint8Array): TimeStampRequest
export interface TstInfo {
  readonly policy: Oid
  readonly messageImprint: MessageImprint
  readonly serialNumber: string
  readonly genTime: Date
  readonly accuracySeconds: number | null
  readonly ordering: boolean
  readonly nonce: Uint8Array | null
}
export declare function buildTstInfo(info: TstInfo): Uint8Array
export declare function parseTstInfo(der: Uint8Array): TstInfo
/** Signs a TSTInfo: DER ContentInfo (TimeStampToken). */
export declare function issueTimeStampToken(
  info: TstInfo,
  options: {
    readonly tsaCertificate: Uint8Array
    /** Sent along, the TSA's own first; empty where certReq was false. */
    readonly certificates: readonly Uint8Array[]
    readonly signingTime: Date
    readonly crypto: Pick<CryptoProvider, 'digest'>
  },
  tsa: KeySigner,
): Promise<Uint8Array>
/** The token's CMS and its TSTInfo; signature not yet verified. */
export declare function parseTimeStampToken(contentInfo: Uint8Array): {
  readonly signedData: SignedData
  readonly tstInfo: TstInfo
}
export type PkiFailureInfo =
  | 'badAlg'
  | 'badRequest'
  | 'badDataFormat'
  | 'timeNotAvailable'
  | 'unacceptedPolicy'
  | 'unacceptedExtension'
  | 'addInfoNotAvailable'
  | 'systemFailure'
export declare function buildTimeStampResponse(token: Uint8Array): Uint8Array
export declare function buildTimeStampRejection(failInfo: PkiFailureInfo, statusString: string): Uint8Array
export type TimeStampResponse =
  | { readonly status: 'granted' | 'grantedWithMods'; readonly token: Uint8Array }
  | {
      readonly status: 'rejection' | 'waiting' | 'revocationWarning' | 'revocationNotification'
      readonly failInfo: PkiFailureInfo | null
      readonly statusString: string | null
    }
export declare function parseTimeStampResponse(der: Uint8Array): TimeStampResponse
