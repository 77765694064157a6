export {
  defaultSignatureAlgorithm,
  hashAlgorithmIdentifier,
  hashLengths,
  type MlDsa,
  type Oid,
  type PublicKeyInfo,
  readHashAlgorithm,
  readPublicKeyInfo,
  readSignatureAlgorithm,
  rsassaPss,
  type SignatureAlgorithmInfo,
  subjectPublicKeyOctets,
} from './algorithms.ts'
export { type Approval, buildApproval, type DocumentToSign, readApproval } from './approval/approval.ts'
export { buildDeviceKeyBinding, type DeviceKeyBinding, readDeviceKeyBinding } from './approval/device-key-binding.ts'
export { bytesEqual, fromHex, toHex } from './bytes.ts'
export {
  type AlternativeName,
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoint,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
} from './certificate/build-extensions.ts'
export { type Certificate, parseCertificate, verifyCertificateSignature } from './certificate/certificate.ts'
export { type Extension, extensionOids, findExtension } from './certificate/extension.ts'
export {
  assembleCertificate,
  buildTbsCertificate,
  issueCertificate,
  keyIdentifierOf,
  type TbsCertificateFields,
} from './certificate/issue.ts'
export type { KeyUsage } from './certificate/key-usage.ts'
export type { BasicConstraints, CertificateExtensions } from './certificate/read-extensions.ts'
export { buildAttribute, type CmsAttribute } from './cms/attribute.ts'
export {
  buildCertificatesOnly,
  buildSignedAttributes,
  buildSignedData,
  type SignedAttributesFields,
  type SignedDataFields,
} from './cms/build.ts'
export {
  buildCommitmentTypeIndication,
  buildSignaturePolicyIdentifier,
  type CommitmentType,
  commitmentTypes,
  type SignaturePolicy,
} from './cms/commitment.ts'
export { cmsOids } from './cms/oids.ts'
export { parseSignedData, type SignedData, type SignerInfo } from './cms/signed-data.ts'
export { readSigningCertificate, type SigningCertificateReference } from './cms/signing-certificate.ts'
export { buildCrl, type CrlFields } from './crl/build.ts'
export { type CertificateRevocationList, type CrlEntry, parseCrl, verifyCrlSignature } from './crl/crl.ts'
export { type CrlReason, crlReasons, findCrlReason } from './crl/reason.ts'
export type { CryptoProvider, HashAlgorithm, IncrementalHash, KeySigner } from './crypto-provider.ts'
export { isCanonicalDer, readCanonical } from './der/canonical.ts'
export { decodeOid, decodeTime } from './der/decode.ts'
export { type DerElement, derChildren, readDer } from './der/element.ts'
export { encodeDer, encodeOid } from './der/encode.ts'
export { decodeBase64, derToPem, encodeBase64, pemBlocks, pemToDer } from './der/pem.ts'
export { PkiError, type PkiErrorCode } from './errors.ts'
export { type AttributeType, findAttributeType, findAttributeTypeByName } from './names/attribute-types.ts'
export {
  attributeValues,
  buildName,
  foldValue,
  type Name,
  type NameAttribute,
  namesEqual,
  parseName,
  type RelativeDistinguishedName,
} from './names/name.ts'
export { nameFromString, parseDistinguishedName } from './names/rfc4514.ts'
export { buildOcspErrorResponse, buildOcspResponse, type OcspResponseFields } from './ocsp/build.ts'
export { buildCertId, type CertId } from './ocsp/cert-id.ts'
export { buildOcspRequest, type OcspRequest, parseOcspRequest } from './ocsp/request.ts'
export {
  type BasicOcspResponse,
  type CertStatus,
  type OcspErrorStatus,
  type OcspResponse,
  type OcspStatus,
  parseOcspResponse,
  type SingleResponse,
} from './ocsp/response.ts'
export type { PathRules } from './path/judge-path.ts'
export type { PathFailure, PathFailureReason, PathResult } from './path/path-result.ts'
export type { ProfileDeviation } from './path/profile.ts'
export { type PathOptions, validatePath } from './path/validate-path.ts'
export {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  type CertificationRequest,
  parseCertificationRequest,
  verifyCertificationRequest,
} from './request/request.ts'
export { type RevocationQuestion, readCrlStatus } from './revocation/crl-status.ts'
export {
  evaluateRevocation,
  type RevocationData,
  type RevocationFetcher,
  type RevocationOptions,
  readRevocationData,
} from './revocation/evaluate-revocation.ts'
export { type OcspQuestion, readOcspStatus } from './revocation/ocsp-status.ts'
export type { RevocationStatus, RevocationUnknownReason } from './revocation/revocation-status.ts'
export { tryReading } from './try-reading.ts'
export type { MessageImprint } from './tsp/message-imprint.ts'
export { buildTimeStampRequest, parseTimeStampRequest, type TimeStampRequest } from './tsp/request.ts'
export {
  buildTimeStampRejection,
  buildTimeStampResponse,
  type PkiFailureInfo,
  parseTimeStampResponse,
  type TimeStampResponse,
} from './tsp/response.ts'
export { issueTimeStampToken, parseTimeStampToken, type TimeStampTokenOptions } from './tsp/token.ts'
export { buildTstInfo, parseTstInfo, type TstInfo } from './tsp/tst-info.ts'
