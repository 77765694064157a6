/**
 * How one name meets one name constraint of its form (RFC 5280 §4.2.1.10). A constraint or a name that is not written
 * as its form demands throws NameFormError: what cannot be understood must not be taken for permitted.
 */
import { isWithinSubtree } from './distinguished-name.ts'
import type { GeneralName } from './general-name.ts'

/** A name, or the base of a constraint, is not of the syntax that its form has. */
export class NameFormError extends Error {
  override readonly name = 'NameFormError'
}

/**
 * permitted: every name that this one can stand for lies within the constraint. excluded: some does. They differ for
 * a wildcard alone (CVE-2025-61727): `*.example.com` can stand for an excluded `bar.example.com`.
 */
export type Sense = 'permitted' | 'excluded'

/** Both are of the same kind. null where the form is one that no rule is defined for. */
export function matchesConstraint(name: GeneralName, base: GeneralName, sense: Sense): boolean | null {
  if (name.kind === 'dNSName' && base.kind === 'dNSName') return matchesDns(name.value, base.value, sense)
  if (name.kind === 'rfc822Name' && base.kind === 'rfc822Name') return matchesMailbox(name.value, base.value)
  if (name.kind === 'iPAddress' && base.kind === 'iPAddress') return matchesAddress(name.value, base.value)
  if (name.kind === 'directoryName' && base.kind === 'directoryName') return isWithinSubtree(name.value, base.value)
  if (name.kind === 'uniformResourceIdentifier' && base.kind === 'uniformResourceIdentifier') {
    return matchesUri(name.value, base.value)
  }
  return null
}

/** Throws NameFormError where the base could never be a constraint of its form. */
export function assertConstraintForm(base: GeneralName): void {
  if (base.kind === 'dNSName' && base.value !== '') assertHost(base.value)
  if (base.kind === 'rfc822Name') splitMailboxConstraint(base.value)
  if (base.kind === 'uniformResourceIdentifier') assertHost(base.value.replace(/^\./, ''))
  if (base.kind === 'iPAddress') splitNetwork(base.value)
}

function matchesDns(name: string, base: string, sense: Sense): boolean {
  const host = name.toLowerCase()
  const wanted = base.toLowerCase()
  if (wanted !== '') assertHost(wanted)
  const wildcard = host.startsWith('*.')
  const fixed = wildcard ? host.slice(2) : host
  assertHost(fixed)
  if (wanted === '' || fixed === wanted || fixed.endsWith(`.${wanted}`)) return true
  return sense === 'excluded' && wildcard && wanted.endsWith(`.${fixed}`)
}

function matchesMailbox(name: string, base: string): boolean {
  const at = name.lastIndexOf('@')
  const local = name.slice(0, Math.max(at, 0))
  const host = name.slice(at + 1).toLowerCase()
  if (at < 1 || local.includes('@')) throw new NameFormError('an rfc822Name is not a mailbox')
  assertHost(host)
  const wanted = splitMailboxConstraint(base)
  // RFC 5280 §7.5: the local part is compared to the letter, the host without regard to case.
  if (wanted.local !== null) return wanted.local === local && wanted.host === host
  return wanted.host.startsWith('.') ? host.endsWith(wanted.host) : host === wanted.host
}

function splitMailboxConstraint(base: string): { local: string | null; host: string } {
  const parts = base.split('@')
  if (parts.length > 2) throw new NameFormError('an rfc822Name constraint has more than one @')
  const host = (parts.at(-1) ?? '').toLowerCase()
  const local = parts.length === 2 ? (parts[0] ?? '') : null
  if (local === '') throw new NameFormError('an rfc822Name constraint has an empty local part')
  assertHost(local === null ? host.replace(/^\./, '') : host)
  return { local, host }
}

function matchesUri(name: string, base: string): boolean {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name)?.[1]
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase()
  // "If the constraint is to be applied to a URI without a fully qualified host, the certificate MUST be rejected."
  if (host === undefined || host === '' || /^[\d.]+$|^\[/.test(host)) {
    throw new NameFormError('a URI has no host name that a constraint could be applied to')
  }
  const wanted = base.toLowerCase()
  return wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted
}

function matchesAddress(address: Uint8Array, base: Uint8Array): boolean {
  if (address.length !== 4 && address.length !== 16) throw new NameFormError('an iPAddress is not 4 or 16 octets')
  const { network, mask } = splitNetwork(base)
  if (network.length !== address.length) return false
  return address.every((byte, index) => (byte & (mask[index] ?? 0)) === ((network[index] ?? 0) & (mask[index] ?? 0)))
}

function splitNetwork(base: Uint8Array): { network: Uint8Array; mask: Uint8Array } {
  if (base.length !== 8 && base.length !== 32) throw new NameFormError('an iPAddress constraint is not 8 or 32 octets')
  const mask = base.subarray(base.length / 2)
  // RFC 4632 (CIDR): ones, then zeros.
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('')
  if (!/^1*0*$/.test(bits)) throw new NameFormError('an iPAddress constraint has holes in its mask')
  return { network: base.subarray(0, base.length / 2), mask }
}

// RFC 1034 §3.5 preferred syntax, with the underscore that is met in practice. No leading or trailing period.
function assertHost(host: string): void {
  const labels = host.split('.')
  if (host.length > 253 || !labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))) {
    throw new NameFormError('a host name is malformed')
  }
  // RFC 5280 §4.2.1.6: an address belongs in an iPAddress.
  if (/^\d+(\.\d+){3}$/.test(host)) throw new NameFormError('an address is written as a host name')
}
