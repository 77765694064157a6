/** node packages/pades/examples/sign-visibly.ts IN.pdf OUT.pdf TEXT [FONT.ttf] [IMAGE] — as sign.ts, and to be seen on the first page. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { embedSignature, PadesError, PdfError, prepareSignature } from '@cloudsigner/pades'
import { fileSource, zlibInflate } from '@cloudsigner/pades/node'
import { issueCertificate, keyUsage, nameFromString } from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'

const [input, output, text, font, image] = process.argv.slice(2)
if (!input || !output || !text)
  throw new Error('usage: node packages/pades/examples/sign-visibly.ts IN.pdf OUT.pdf TEXT [FONT.ttf] [IMAGE]')
const { signer } = await generateKeySigner('P-256')
const subject = nameFromString('CN=Jane Doe,C=CZ')
const signingTime = new Date()
const certificate = await issueCertificate(
  {
    serialNumber: Uint8Array.of(1),
    issuer: subject,
    subject,
    notBefore: signingTime,
    notAfter: new Date(signingTime.getTime() + 365 * 24 * 60 * 60 * 1000),
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    extensions: [keyUsage('nonRepudiation')],
  },
  signer,
)

const source = await fileSource(input)
const bytes = (path: string) => new Uint8Array(readFileSync(path))
try {
  const { plan, signedAttributes } = await prepareSignature(source, {
    certificate,
    chain: [],
    signingTime,
    crypto: nodeCrypto,
    inflate: zlibInflate,
    appearance: {
      alignmentHorizontal: 'RIGHT',
      alignmentVertical: 'BOTTOM',
      imageScaling: 'ZOOM_AND_CENTER',
      ...(image !== undefined && { image: bytes(image) }),
      field: { originX: 30, originY: 30, width: 200, height: 50, rotation: 'AUTOMATIC' },
      text: { text, textWrapping: 'FILL_BOX_AND_LINEBREAK', ...(font !== undefined && { customFont: bytes(font) }) },
    },
  })
  const segment = await embedSignature(plan, await signer.sign(signedAttributes), { crypto: nodeCrypto })
  copyFileSync(input, output)
  writeFileSync(output, segment, { flag: 'a' })
  console.log(`${output}: field ${plan.fieldName}, ${segment.length} bytes appended to ${source.size}`)
} catch (error) {
  if (!(error instanceof PdfError || error instanceof PadesError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
} finally {
  await source.close()
}
