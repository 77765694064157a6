export { encryptedByQpdf } from './encrypted-by-qpdf.ts'
export { latin1, type MakeOptions, makePdf, plainObjects, text } from './make-pdf.ts'
export { sharedPath, sharedTest } from './shared.ts'
