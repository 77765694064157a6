import type { DisplayTemplate } from '../display-template.ts'

interface Texts {
  readonly title: string
  readonly message: string
  readonly document: string
  readonly documentHash: string
  readonly approvalHash: string
  readonly success: string
  readonly failure: string
  readonly reject: string
}

const texts: Readonly<Record<string, Texts>> = {
  en: {
    title: 'Sign document',
    message: `You are about to sign \${documentName}.`,
    document: 'Document',
    documentHash: 'Fingerprint of the document (SHA-256)',
    approvalHash: 'Fingerprint of the approval (SHA-256)',
    success: 'The document is signed.',
    failure: 'The document was not signed.',
    reject: 'You refused to sign.',
  },
  cs: {
    title: 'Podpis dokumentu',
    message: `Chystáte se podepsat \${documentName}.`,
    document: 'Dokument',
    documentHash: 'Otisk dokumentu (SHA-256)',
    approvalHash: 'Otisk souhlasu (SHA-256)',
    success: 'Dokument je podepsán.',
    failure: 'Dokument nebyl podepsán.',
    reject: 'Podpis jste odmítli.',
  },
  de: {
    title: 'Dokument unterschreiben',
    message: `Sie unterschreiben \${documentName}.`,
    document: 'Dokument',
    documentHash: 'Fingerabdruck des Dokuments (SHA-256)',
    approvalHash: 'Fingerabdruck der Freigabe (SHA-256)',
    success: 'Das Dokument ist unterschrieben.',
    failure: 'Das Dokument wurde nicht unterschrieben.',
    reject: 'Sie haben die Unterschrift abgelehnt.',
  },
}

/** Cloud mode: parameters of `cloudSignatureTemplate` in the contract. */
export const cloudSignatureDisplay: readonly DisplayTemplate[] = Object.entries(texts).map(
  ([language, text]): DisplayTemplate => ({
    operationType: 'cloud_signature',
    language,
    title: text.title,
    message: text.message,
    resultTexts: { success: text.success, failure: text.failure, reject: text.reject },
    attributes: [
      { id: 'document.name', type: 'KEY_VALUE', text: text.document, params: { value: 'documentName' } },
      { id: 'document.hash', type: 'KEY_VALUE', text: text.documentHash, params: { value: 'documentHash' } },
      { id: 'approval.hash', type: 'KEY_VALUE', text: text.approvalHash, params: { value: 'approvalHash' } },
    ],
  }),
)
