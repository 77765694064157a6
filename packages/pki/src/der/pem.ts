import { PkiError } from '../errors.ts'

// RFC 7468 §3, with the explanatory text between blocks that §5.2 allows.
const block = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g

/** Larger PEM than any bundle we read. */
const maxTextLength = 8 * 1024 * 1024

/** Every block (of that label, if given), in order. PkiError 'pem_malformed' for a block whose Base64 is not canonical, or 'too_large'. */
export function pemBlocks(pem: string, label?: string): readonly Uint8Array[] {
  if (pem.length > maxTextLength) throw new PkiError('too_large', `PEM of ${pem.length} characters`)
  const blocks: Uint8Array[] = []
  for (const [, found, body] of pem.matchAll(block)) {
    if (label === undefined || found === label) blocks.push(decodeBase64(body ?? ''))
  }
  return blocks
}

/** The only block (of that label). PkiError 'pem_malformed' where there is none or more than one. */
export function pemToDer(pem: string, label?: string): Uint8Array {
  const [der, ...more] = pemBlocks(pem, label)
  if (!der || more.length > 0) {
    throw new PkiError(
      'pem_malformed',
      `one PEM block${label ? ` "${label}"` : ''} expected, ${more.length + (der ? 1 : 0)} found`,
    )
  }
  return der
}

/** Lines of 64 characters and a final line end (RFC 7468 §2). */
export function derToPem(der: Uint8Array, label: string): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}

/** RFC 4648 §4, white space allowed. PkiError 'pem_malformed' where the padding or its spare bits are not as an encoder leaves them. */
export function decodeBase64(text: string): Uint8Array {
  const compact = text.replace(/[\r\n\t ]+/g, '')
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw new PkiError('pem_malformed', 'not Base64')
  }
  const bytes = Uint8Array.from(atob(compact), (character) => character.charCodeAt(0))
  if (encodeBase64(bytes) !== compact) throw new PkiError('pem_malformed', 'Base64 with spare bits set')
  return bytes
}
