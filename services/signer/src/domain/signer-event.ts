import type { SignatureLevel, SignerStatus } from '@cloudsigner/contracts/signer'
import type {
  DocumentEndedCallback,
  DocumentSignedCallback,
  SignerCertificateCallback,
  SignerStatusCallback,
} from '@cloudsigner/contracts/signer-callbacks'

export interface EventSigner {
  readonly signerId: string
  readonly userId: string
}

export interface EventDocument {
  readonly documentId: string
  readonly externalId: string
}

const common = ({ signerId, userId }: EventSigner, at: Date) => ({
  signerId,
  externalSignerId: signerId,
  userId,
  timestamp: at.toISOString(),
})

/** The certificate that has run out, or the new one. */
export function certificateEvent(
  callbackType: SignerCertificateCallback['callbackType'],
  signer: EventSigner,
  certificate: { readonly serialNumber: string; readonly notAfter: Date },
  at: Date,
): SignerCertificateCallback {
  return {
    callbackType,
    ...common(signer, at),
    // The reference writes decimal numbers.
    certificateSerialNumber: BigInt(`0x${certificate.serialNumber}`).toString(),
    certificateExpiration: certificate.notAfter.toISOString(),
  }
}

export function statusEvent(signer: EventSigner, signerStatus: SignerStatus, at: Date): SignerStatusCallback {
  return { callbackType: 'SIGNER_STATUS_CHANGED', ...common(signer, at), signerStatus }
}

export function signedEvent(
  signer: EventSigner,
  { documentId, externalId }: EventDocument,
  made: { readonly deviceSignature: Uint8Array; readonly level: SignatureLevel },
  at: Date,
): DocumentSignedCallback {
  return {
    callbackType: 'DOCUMENT_SIGNED',
    ...common(signer, at),
    documentId,
    externalId,
    signatureLevel: made.level,
    deviceSignature: Buffer.from(made.deviceSignature).toString('base64'),
  }
}

export function endedEvent(
  callbackType: DocumentEndedCallback['callbackType'],
  signer: EventSigner,
  { documentId, externalId }: EventDocument,
  at: Date,
): DocumentEndedCallback {
  return { callbackType, ...common(signer, at), documentId, externalId }
}
