import type { Oid } from '../algorithms.ts'
import {
  boolean,
  encodeDer,
  encodeOid,
  explicit,
  implicitPrimitive,
  integer,
  namedBits,
  nullValue,
  octetString,
  sequence,
} from '../der/encode.ts'
import { contextConstructed } from '../der/tags.ts'
import { type Extension, extensionOids } from './extension.ts'
import { type KeyUsage, keyUsages } from './key-usage.ts'
import { accessMethods } from './read-extensions.ts'

/** RFC 5280 §4.2.1.9: critical in CA certificates. */
export function basicConstraints(ca: boolean, pathLenConstraint?: number): Extension {
  const members = ca ? [boolean(true), ...(pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)])] : []
  return { oid: extensionOids.basicConstraints, critical: ca, value: sequence(...members) }
}

/** RFC 5280 §4.2.1.3: critical. */
export function keyUsage(...usages: readonly KeyUsage[]): Extension {
  const positions = usages.map((usage) => keyUsages.indexOf(usage))
  return { oid: extensionOids.keyUsage, critical: true, value: namedBits(positions) }
}

/** RFC 5280 §4.2.1.12; critical for time-stamping (RFC 3161 §2.3). */
export function extKeyUsage(purposes: readonly Oid[], critical = false): Extension {
  return { oid: extensionOids.extKeyUsage, critical, value: sequence(...purposes.map(encodeOid)) }
}

export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  return { oid: extensionOids.subjectKeyIdentifier, critical: false, value: octetString(keyIdentifier) }
}

export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  const value = sequence(implicitPrimitive(0, keyIdentifier))
  return { oid: extensionOids.authorityKeyIdentifier, critical: false, value }
}

const uri = (text: string): Uint8Array => implicitPrimitive(6, new TextEncoder().encode(text))

/** One distribution point with one URI (RFC 5280 §4.2.1.13). */
export function crlDistributionPoint(url: string): Extension {
  const fullName = encodeDer(contextConstructed(0), uri(url))
  const value = sequence(sequence(explicit(0, fullName)))
  return { oid: extensionOids.cRLDistributionPoints, critical: false, value }
}

/** RFC 5280 §4.2.2.1; a member left out where its URL is. */
export function authorityInfoAccess(urls: { readonly ocsp?: string; readonly caIssuers?: string }): Extension {
  const description = (method: Oid, url: string | undefined) =>
    url === undefined ? [] : [sequence(encodeOid(method), uri(url))]
  const value = sequence(
    ...description(accessMethods.ocsp, urls.ocsp),
    ...description(accessMethods.caIssuers, urls.caIssuers),
  )
  return { oid: extensionOids.authorityInfoAccess, critical: false, value }
}

/** RFC 5280 §4.2.1.4, identifiers alone. */
export function certificatePolicies(...policies: readonly Oid[]): Extension {
  const value = sequence(...policies.map((policy) => sequence(encodeOid(policy))))
  return { oid: extensionOids.certificatePolicies, critical: false, value }
}

export type AlternativeName = { readonly dnsName: string } | { readonly ipAddress: Uint8Array }

/** RFC 5280 §4.2.1.6: host names and addresses (4 or 16 octets). */
export function subjectAltName(...names: readonly AlternativeName[]): Extension {
  const value = sequence(
    ...names.map((name) =>
      'dnsName' in name
        ? implicitPrimitive(2, new TextEncoder().encode(name.dnsName))
        : implicitPrimitive(7, name.ipAddress),
    ),
  )
  return { oid: extensionOids.subjectAltName, critical: false, value }
}

/** RFC 6960 §4.2.2.2.1: a responder's certificate that relying parties need not check. */
export function ocspNoCheck(): Extension {
  return { oid: extensionOids.ocspNoCheck, critical: false, value: nullValue() }
}
