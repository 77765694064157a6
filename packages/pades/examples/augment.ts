/** node packages/pades/examples/augment.ts IN.pdf OUT.pdf TSA-URL TRUST.pem — raises every signature of a file to B-LTA; again: renews it. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { augmentSignatures, PadesError, PdfError } from '@cloudsigner/pades'
import { fileSource, nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import { pemBlocks } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'

const [input, output, authority, trust] = process.argv.slice(2)
if (!input || !output || !authority || !trust)
  throw new Error('usage: node packages/pades/examples/augment.ts IN.pdf OUT.pdf TSA-URL TRUST.pem')

/** Ask a stranger's address only through something that bounds size and time, and keeps off your own network. */
async function exchange(url: string, contentType?: string, body?: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const post = contentType ? { method: 'POST', headers: { 'content-type': contentType }, body: body ?? null } : {}
  const response = await fetch(url, { ...post, signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

const source = await fileSource(input)
try {
  const segments = await augmentSignatures(source, {
    level: 'B-LTA',
    at: new Date(),
    timeStamp: (request) => exchange(authority, 'application/timestamp-query', new Uint8Array(request)),
    trustAnchors: pemBlocks(readFileSync(trust, 'utf8'), 'CERTIFICATE'),
    fetchRevocation: {
      fetchCrl: (url) => exchange(url),
      fetchOcsp: (url, request) => exchange(url, 'application/ocsp-request', new Uint8Array(request)),
    },
    crypto: nodeCrypto,
    inflate: zlibInflate,
    decryption: { ciphers: nodeCiphers },
  })
  copyFileSync(input, output)
  for (const segment of segments) writeFileSync(output, segment, { flag: 'a' })
  console.log(
    `${output}: ${segments.length} revisions appended, ${segments.map(({ length }) => length).join(' + ')} bytes`,
  )
} catch (error) {
  if (!(error instanceof PdfError || error instanceof PadesError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
} finally {
  await source.close()
}
