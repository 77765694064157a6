/** node packages/pki/examples/inspect.ts CHAIN.pem [ROOT.pem] — what certificates say, and whether the first leads to the root. */
import { readFileSync } from 'node:fs'
import { PkiError, parseCertificate, pemBlocks, readPublicKeyInfo, validatePath } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'

const [chainFile, rootFile] = process.argv.slice(2)
if (!chainFile) throw new Error('usage: node packages/pki/examples/inspect.ts CHAIN.pem [ROOT.pem]')
const chain = pemBlocks(readFileSync(chainFile, 'utf8'), 'CERTIFICATE')
try {
  for (const certificate of chain.map((der) => parseCertificate(der))) {
    const { algorithm, curve, modulusBits } = readPublicKeyInfo(certificate.subjectPublicKeyInfo)
    const { keyUsage, crlUrls, ocspUrls } = certificate.extensions
    console.log(certificate.subject.rfc4514)
    console.log(`  issued by ${certificate.issuer.rfc4514}, number ${certificate.serialNumber}`)
    console.log(`  ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`)
    console.log(
      `  ${[algorithm, curve ?? modulusBits].filter(Boolean).join(' ')}; ${keyUsage?.join(', ') ?? 'any use'}`,
    )
    for (const url of [...ocspUrls, ...crlUrls]) console.log(`  revocation: ${url}`)
  }
} catch (error) {
  if (!(error instanceof PkiError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
const [leaf, ...intermediates] = chain
if (rootFile && leaf) {
  const trustAnchors = pemBlocks(readFileSync(rootFile, 'utf8'), 'CERTIFICATE')
  const result = await validatePath(leaf, { trustAnchors, intermediates, at: new Date(), crypto: nodeCrypto })
  console.log(result.valid ? `a valid path of ${result.path.length}` : `no path: ${result.detail}`)
}
