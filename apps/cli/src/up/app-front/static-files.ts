/** The files of a built app, read once, with all that a browser is to hold them to. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Files by their path in the address, `/` being the page. */
export type StaticFiles = ReadonlyMap<string, StaticFile>

interface StaticFile {
  readonly path: string
  readonly type: string
  readonly compressible: boolean
  /** Read, and compressed, when it is first asked for. */
  content: Promise<FileContent> | undefined
}

interface FileContent {
  readonly plain: Buffer
  readonly gzipped: Buffer | undefined
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.ttf': 'font/ttf',
}
const compressible = /javascript|text\/|svg|manifest/

/**
 * No inline script or style, nothing of anybody else, and no sink that turns text into script but the app's own policy
 * (CSP Level 3, Trusted Types). blob: and data: are pictures that pdf.js makes of a document's own.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types cloudsigner',
].join('; ')

const permissionsPolicy = [
  'camera=(self)',
  'publickey-credentials-create=(self)',
  'publickey-credentials-get=(self)',
  'microphone=()',
  'geolocation=()',
].join(', ')

const headersOfAll = {
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy': permissionsPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

export async function listStaticFiles(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    files.map((path) => {
      const address = path.slice(folder.length).replaceAll('\\', '/')
      const type = types[extname(path)] ?? 'application/octet-stream'
      const file = { path, type, compressible: compressible.test(type), content: undefined }
      return [address === '/index.html' ? '/' : address, file]
    }),
  )
}

/** Answers GET and HEAD for a file of the list; false where there is none. */
export async function answerStatic(
  files: StaticFiles,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const file = files.get(pathname)
  if (file === undefined) return false
  file.content ??= read(file)
  const { plain, gzipped, etag } = await file.content
  // Files of the build carry their digest in their name; the others are asked for anew.
  const cacheControl = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
  const headers = { ...headersOfAll, 'cache-control': cacheControl, etag, vary: 'accept-encoding' }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return true
  }
  const useGzip = gzipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  const body = useGzip ? gzipped : plain
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': body.length,
    ...(useGzip ? { 'content-encoding': 'gzip' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

async function read({ path, compressible }: StaticFile): Promise<FileContent> {
  const plain = await readFile(path)
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
  return { plain, etag, gzipped: compressible ? await promisify(gzip)(plain) : undefined }
}
