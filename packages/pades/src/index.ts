/** PDF signatures as EN 319 142-1 (PAdES) has them: prepare, digest, embed. */

export {
  blobSource,
  bytesSource,
  type Decryption,
  PdfError,
  type PdfErrorCode,
  type PdfSource,
  segmentsSource,
} from '@cloudsigner/pdf'
export type { IncrementalHash } from '@cloudsigner/pki'
export {
  type AppearanceField,
  type AppearanceText,
  type SignatureAppearance,
  type Standard14Font,
  standard14Fonts,
} from './appearance/appearance.ts'
export { type Deflate, platformDeflate } from './appearance/deflate.ts'
export {
  type AugmentOptions,
  augmentSignatures,
  type TimestampOptions,
  timestampDocument,
} from './augment/augment.ts'
export type { RevocationFreshness } from './augment/collect.ts'
export { type EmbedAtLevelOptions, embedAtLevel } from './augment/embed-at-level.ts'
export { digestAlgorithmFor } from './sign/algorithm.ts'
export { type EmbedOptions, embedSignature, type TimeStampedEmbedOptions } from './sign/embed.ts'
export { appearanceErrors, PadesError, type PadesErrorCode, padesErrors } from './sign/errors.ts'
export type { FieldLockRequest } from './sign/field-lock.ts'
export type { MdpPermission } from './sign/permissions.ts'
export type { SignaturePlan } from './sign/plan.ts'
export { type PreparedSignature, type PrepareOptions, prepareSignature } from './sign/prepare.ts'
export { type RebuildOptions, type RebuiltSignature, rebuildSignedAttributes } from './sign/rebuild.ts'
export type { Commitment } from './sign/signed-attributes.ts'
export {
  probeTimeStampBytes,
  requestTimeStamp,
  type TimeStampOptions,
  type TimeStampRetry,
  type TimeStampTransport,
} from './timestamp/request.ts'
export { type RefusalCode, refusals, ValidationRefusal } from './validate/refusal.ts'
export {
  type Coverage,
  type Indication,
  type Modifications,
  type PadesLevel,
  type ReportWarning,
  type SignatureReport,
  type SubIndication,
  type TimestampReport,
  type ValidationReport,
  type WarningCode,
  warnings,
} from './validate/report.ts'
export type { RevocationMode } from './validate/trust.ts'
export { type SignatureValidationOptions, validateSignatures } from './validate/validate-signatures.ts'
