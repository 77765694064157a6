/** The peer names of x509-limbo (RFC 9525 §6), which are a web server's matter and not that of path validation. */
import type { Certificate } from '@cloudsigner/pki'
import { readPathCertificate } from '../../src/path/path-certificate.ts'

export function presentsPeer(
  certificate: Certificate,
  peer: { readonly kind: 'DNS' | 'IP' | 'RFC822'; readonly value: string },
): boolean {
  const names = readPathCertificate(certificate.der).subjectAltName ?? []
  return names.some((name) => {
    if (peer.kind === 'IP') return name.kind === 'iPAddress' && matchesAddress(name.value, peer.value)
    if (peer.kind === 'DNS') return name.kind === 'dNSName' && matchesHost(name.value, peer.value)
    return name.kind === 'rfc822Name' && name.value === peer.value
  })
}

function matchesHost(presented: string, wanted: string): boolean {
  const [name, host] = [presented.toLowerCase(), wanted.toLowerCase()]
  if (!name.startsWith('*.')) return name === host
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === name.slice(1)
}

function matchesAddress(address: Uint8Array, wanted: string): boolean {
  if (wanted.includes(':')) return wanted === '::1' && address.length === 16 && address.at(-1) === 1
  return address.join('.') === wanted
}
