import { type PdfDocument, PdfStream } from '@cloudsigner/pdf'

const declaration = /xmlns:([\w-]+)\s*=\s*["']http:\/\/www\.aiim\.org\/pdfa\/ns\/id\/["']/

/** The part of ISO 19005 that the document's metadata claim; null for what is no PDF/A. PdfError where they cannot be read. */
export async function readPdfaPart(document: PdfDocument): Promise<number | null> {
  const metadata = await document.resolve((await document.catalog()).get('Metadata'))
  if (!(metadata instanceof PdfStream)) return null
  const xmp = decodeXmp(await document.readStream(metadata))
  const prefix = declaration.exec(xmp)?.[1]
  if (prefix === undefined) return null
  // As an attribute or as an element.
  const part = new RegExp(`${prefix}:part\\s*(?:=\\s*["']|>)\\s*(\\d)`).exec(xmp)?.[1]
  return part === undefined ? null : Number(part)
}

/** XMP is Unicode in any of its forms, UTF-8 mostly. */
function decodeXmp(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  return new TextDecoder().decode(bytes)
}
