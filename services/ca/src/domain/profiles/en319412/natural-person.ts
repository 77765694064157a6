import { attributeValues, type Name } from '@cloudsigner/pki'
import type { Rule } from '../rule.ts'
import { subjectAttributes } from '../subject-attributes.ts'

const values = (name: Name, attribute: keyof typeof subjectAttributes) =>
  attributeValues(name, subjectAttributes[attribute])

export const countryName: Rule = {
  clause: 'EN 319 412-2 §4.2.4',
  demand: 'The subject names one country, by two upper-case letters.',
  check: ({ subject }) => {
    const [country, ...more] = values(subject, 'countryName')
    return more.length === 0 && /^[A-Z]{2}$/.test(country ?? '')
  },
}

export const commonName: Rule = {
  clause: 'EN 319 412-2 §4.2.4',
  demand: 'The subject has one common name.',
  check: ({ subject }) => values(subject, 'commonName').length === 1,
}

export const personName: Rule = {
  clause: 'EN 319 412-2 §4.2.4',
  demand: 'The subject has a given name or a surname, or else a pseudonym, and not both.',
  check: ({ subject }) => {
    const named = values(subject, 'givenName').length + values(subject, 'surname').length > 0
    const pseudonyms = values(subject, 'pseudonym').length
    return named ? pseudonyms === 0 : pseudonyms === 1
  },
}

export const subjectSerialNumber: Rule = {
  clause: 'EN 319 412-2 §4.2.4',
  demand: 'The subject has one serial number, which tells namesakes apart.',
  check: ({ subject }) => values(subject, 'serialNumber').length === 1,
}

/** EN 319 411-1 §5.3: the Normalized Certificate Policy. */
export const ncp = '0.4.0.2042.1.1'

export const certificatePolicy: Rule = {
  clause: 'EN 319 411-1 §5.3',
  demand: 'The certificate policies contain NCP.',
  check: ({ extensions }) => extensions.certificatePolicies?.includes(ncp) === true,
}
