/** node packages/pades/examples/sign.ts IN.pdf OUT.pdf — signs with a key and a self-signed certificate made on the spot. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { embedSignature, PadesError, PdfError, prepareSignature } from '@cloudsigner/pades'
import { fileSource, zlibInflate } from '@cloudsigner/pades/node'
import { issueCertificate, keyUsage, nameFromString } from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'

const [input, output] = process.argv.slice(2)
if (!input || !output) throw new Error('usage: node packages/pades/examples/sign.ts IN.pdf OUT.pdf')
const { signer } = await generateKeySigner('P-256')
const subject = nameFromString('CN=Jane Doe,C=CZ')
const signingTime = new Date()
const certificate = await issueCertificate(
  {
    serialNumber: nodeCrypto.random(16).map((octet, index) => (index === 0 ? octet & 0x7f : octet)),
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
try {
  // Phase one: the revision, and the bytes to sign. `plan` is plain JSON and may wait for days.
  const { plan, signedAttributes } = await prepareSignature(source, {
    certificate,
    chain: [],
    signingTime,
    crypto: nodeCrypto,
    inflate: zlibInflate,
    reason: 'I agree',
  })
  // The key may be anywhere: a phone, an HSM, another company.
  const signature = await signer.sign(signedAttributes)
  // Phase two, perhaps in another process: what to append.
  const segment = await embedSignature(plan, signature, { crypto: nodeCrypto })
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
