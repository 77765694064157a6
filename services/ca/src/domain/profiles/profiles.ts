import type { KeyUsage } from '@cloudsigner/pki'
import * as naturalPerson from './en319412/natural-person.ts'
import * as extensions from './rfc5280/extensions.ts'
import * as identity from './rfc5280/identity.ts'
import { subjectPublicKey } from './rfc5280/public-key.ts'
import type { Rule } from './rule.ts'
import { subjectAttributes } from './subject-attributes.ts'

/** How a certificate of a kind looks, and what it must keep before it is signed. */
export interface CertificateProfile {
  readonly name: string
  readonly keyUsage: readonly KeyUsage[]
  readonly extKeyUsage: readonly string[]
  readonly policies: readonly string[]
  readonly rules: readonly Rule[]
}

/** What a request may say of its subject. */
export interface EndEntityProfile {
  readonly name: string
  /** Attribute types that a subject may have; others are refused. Null: any. */
  readonly allowedAttributes: readonly string[] | null
  readonly requiredAttributes: readonly string[]
  /** Whether a subject gets what it lacks of a natural person's: country, pseudonym (its common name), serialNumber. */
  readonly completesPerson: boolean
  readonly certificateProfiles: readonly string[]
}

/** What RFC 5280 demands of every end-entity certificate of this CA. */
const endEntityRules: readonly Rule[] = [
  ...Object.values(identity),
  extensions.authorityKeyIdentifier,
  extensions.subjectKeyIdentifier,
  extensions.notCa,
  extensions.criticality,
  extensions.revocationInformation,
  subjectPublicKey,
]

const naturalPersonRules: readonly Rule[] = [
  naturalPerson.countryName,
  naturalPerson.commonName,
  naturalPerson.personName,
  naturalPerson.subjectSerialNumber,
  naturalPerson.certificatePolicy,
]

/** A natural person's certificate for electronic signatures: EN 319 412-2, type A key usage (§4.3.2), policy NCP. */
const signer: CertificateProfile = {
  name: 'CLOUDSIGNER_SIGNER',
  keyUsage: ['nonRepudiation'],
  extKeyUsage: [],
  policies: [naturalPerson.ncp],
  rules: [...endEntityRules, extensions.keyUsage('nonRepudiation'), ...naturalPersonRules],
}

/** EJBCA's stock profile of that name: a client certificate for whatever its subject says. */
const endUser: CertificateProfile = {
  name: 'ENDUSER',
  keyUsage: ['digitalSignature', 'nonRepudiation'],
  extKeyUsage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'],
  policies: [],
  rules: [...endEntityRules, extensions.keyUsage('digitalSignature', 'nonRepudiation')],
}

const signerEndEntity: EndEntityProfile = {
  name: 'CLOUDSIGNER_SIGNER',
  allowedAttributes: [
    subjectAttributes.countryName,
    subjectAttributes.commonName,
    subjectAttributes.givenName,
    subjectAttributes.surname,
    subjectAttributes.pseudonym,
    subjectAttributes.serialNumber,
    subjectAttributes.title,
    subjectAttributes.localityName,
    subjectAttributes.stateOrProvinceName,
    subjectAttributes.organizationName,
    subjectAttributes.organizationalUnitName,
    subjectAttributes.organizationIdentifier,
  ],
  requiredAttributes: [subjectAttributes.commonName],
  completesPerson: true,
  certificateProfiles: [signer.name],
}

/** EJBCA's stock profile of that name: everything goes. */
const empty: EndEntityProfile = {
  name: 'EMPTY',
  allowedAttributes: null,
  requiredAttributes: [],
  completesPerson: false,
  certificateProfiles: [endUser.name],
}

const byName = <T extends { readonly name: string }>(...profiles: readonly T[]): ReadonlyMap<string, T> =>
  new Map(profiles.map((profile) => [profile.name, profile]))

export const certificateProfiles = byName(signer, endUser)
export const endEntityProfiles = byName(signerEndEntity, empty)
