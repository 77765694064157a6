/** CloudSigner Server as a bank calls it, over kept connections and with as little work of the caller's own as can be. */
import { Pool } from 'undici'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'

export interface Uploaded {
  readonly documentId: string
  /** What the device signs in External mode. */
  readonly hash: Uint8Array
  readonly answer: Readonly<Record<string, unknown>>
}

export interface SignerDoor {
  upload(signerId: string, name: string, file: Uint8Array): Promise<Uploaded>
  sign(documentId: string, request: object): Promise<void>
  download(documentId: string): Promise<Uint8Array>
  close(): Promise<void>
}

const boundary = 'cloudsigner-benchmark-boundary'

export function openSignerDoor({ signer }: WholeReadyFile, connections: number): SignerDoor {
  const { url, basic } = signer
  const authorization = `Basic ${btoa(`${basic.user}:${basic.password}`)}`
  const pool = new Pool(url, { connections, pipelining: 1 })

  async function call(method: 'GET' | 'POST', path: string, type?: string, body?: string | Buffer) {
    const headers = { authorization, ...(type === undefined ? {} : { 'content-type': type }) }
    const { statusCode, body: answer } = await pool.request({ method, path, headers, body: body ?? null })
    if (statusCode === 200) return answer
    throw new Error(`${method} ${path} was answered ${statusCode}: ${await answer.text()}`)
  }
  return {
    async upload(signerId, name, file) {
      const form = formOf({ signerId, externalId: name, name }, file)
      const answer = await (await call('POST', '/documents', `multipart/form-data; boundary=${boundary}`, form)).json()
      const { documentId, hash } = answer as Record<string, unknown>
      if (typeof documentId !== 'string') throw new Error('the upload was not taken')
      return { documentId, hash: Buffer.from(String(hash ?? ''), 'base64'), answer: answer as Record<string, unknown> }
    },
    async sign(documentId, request) {
      const body = JSON.stringify(request)
      await (await call('POST', `/documents/${documentId}/signature`, 'application/json', body)).dump()
    },
    async download(documentId) {
      return new Uint8Array(await (await call('GET', `/documents/${documentId}/file`)).arrayBuffer())
    },
    close: () => pool.close(),
  }
}

function formOf(fields: Readonly<Record<string, string>>, file: Uint8Array): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `${parts.join('')}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="contract.pdf"\r\nContent-Type: application/pdf\r\n\r\n`
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
}
