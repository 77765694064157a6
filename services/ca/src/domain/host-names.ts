import { isIP, isIPv6 } from 'node:net'
import type { AlternativeName } from '@cloudsigner/pki'

/** Names and addresses as subjectAltName has them, each once; unspecified addresses (0.0.0.0, ::), which nobody calls by, left out. */
export function alternativeNames(hosts: readonly string[]): readonly AlternativeName[] {
  const unique = [...new Set(hosts.map((host) => host.toLowerCase()))].filter(
    (host) => host !== '0.0.0.0' && host !== '::',
  )
  return unique.map((host) => (isIP(host) === 0 ? { dnsName: host } : { ipAddress: addressOctets(host) }))
}

function addressOctets(address: string): Uint8Array {
  if (!isIPv6(address)) return Uint8Array.from(address.split('.'), Number)
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const first = groups(head)
  const last = tail === undefined ? [] : groups(tail)
  const zeros = new Array<number>(8 - first.length - last.length).fill(0)
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]))
}
