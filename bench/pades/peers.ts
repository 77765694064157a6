/** Libraries of others, doing the same: file in memory to signed file, the same key, PAdES's attributes. */
import { hash } from 'node:crypto'
import { type PDFArray, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFString } from '@cantoo/pdf-lib'
import { buildSignedAttributes, buildSignedData, defaultSignatureAlgorithm, parseCertificate } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { PDF } from '@libpdf/core'
import type { Contender } from '../measure.ts'
import { signingTime } from './contenders.ts'
import type { Identity } from './identity.ts'

export function libPdf(file: Uint8Array, identity: Identity): Contender {
  return { name: 'LibPDF', run: async () => void (await signWithLibPdf(file, identity)) }
}

export async function signWithLibPdf(file: Uint8Array, identity: Identity): Promise<Uint8Array> {
  const pdf = await PDF.load(file)
  const { bytes } = await pdf.sign({
    signer: {
      certificate: identity.certificate,
      certificateChain: [...identity.chain],
      keyType: 'EC',
      signatureAlgorithm: 'ECDSA',
      sign: async (data) => identity.sign(data),
    },
    signingTime,
    level: 'B-B',
  })
  return bytes
}

export function pdfLib(file: Uint8Array, identity: Identity): Contender {
  return { name: 'pdf-lib', run: async () => void (await signWithPdfLib(file, identity)) }
}

const contentsBytes = 8192
const byteRangePlaceholder = 9_999_999_999

/** The way its own README shows: placeholder, incremental save, then the byte range and the CMS (ours) by hand. */
export async function signWithPdfLib(file: Uint8Array, identity: Identity): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(file, { forIncrementalUpdate: true, updateMetadata: false })
  const { context } = pdf
  const page = pdf.getPage(0)
  const signature = context.register(
    context.obj({
      Type: 'Sig',
      Filter: 'Adobe.PPKLite',
      SubFilter: 'ETSI.CAdES.detached',
      ByteRange: [0, byteRangePlaceholder, byteRangePlaceholder, byteRangePlaceholder].map((n) => PDFNumber.of(n)),
      Contents: PDFHexString.of('0'.repeat(contentsBytes * 2)),
      M: PDFString.fromDate(signingTime),
    }),
  )
  const widget = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      Rect: [0, 0, 0, 0],
      V: signature,
      T: PDFString.of('Signature1'),
      F: 132,
      P: page.ref,
    }),
  )
  const annotations: PDFArray = page.node.Annots() ?? context.obj([])
  annotations.push(widget)
  page.node.set(PDFName.of('Annots'), annotations)
  pdf.catalog.set(PDFName.of('AcroForm'), context.obj({ SigFlags: 3, Fields: [widget] }))
  return fillPlaceholders(Buffer.from(await pdf.save({ useObjectStreams: false })), file.length, identity)
}

function fillPlaceholders(signed: Buffer, from: number, identity: Identity): Uint8Array {
  const before = signed.indexOf(`<${'0'.repeat(64)}`, from)
  const behind = before + contentsBytes * 2 + 2
  const rangeStart = signed.indexOf('/ByteRange', from)
  const rangeEnd = signed.indexOf(']', rangeStart) + 1
  const range = `/ByteRange [0 ${before} ${behind} ${signed.length - behind}]`
  signed.write(range.padEnd(rangeEnd - rangeStart), rangeStart, 'latin1')
  const covered = Buffer.concat([signed.subarray(0, before), signed.subarray(behind)])
  const signedAttributes = buildSignedAttributes({
    messageDigest: hash('sha256', covered, 'buffer'),
    signingCertificate: identity.certificate,
    crypto: nodeCrypto,
  })
  const cms = buildSignedData({
    signedAttributes,
    signature: identity.sign(signedAttributes),
    signatureAlgorithm: defaultSignatureAlgorithm(parseCertificate(identity.certificate).subjectPublicKeyInfo),
    digestAlgorithm: 'SHA-256',
    certificates: [identity.certificate, ...identity.chain],
  })
  signed.write(Buffer.from(cms).toString('hex'), before + 1, 'latin1')
  return signed
}
