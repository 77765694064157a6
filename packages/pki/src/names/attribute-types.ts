import type { Oid } from '../algorithms.ts'
import { ia5String, printableString, utf8String } from '../der/encode.ts'

/** An attribute type of distinguished names: its short name, and the string type its values take (X.520, RFC 5280 appendix A). */
export interface AttributeType {
  readonly oid: Oid
  readonly shortName: string
  /** Of RFC 4514 §3, whose short names every implementation writes; the others are written as OIDs there. */
  readonly inRfc4514: boolean
  readonly encode: (value: string) => Uint8Array
  /** Upper bound of characters (X.520 ub-…, RFC 5280 appendix A.1). */
  readonly maxLength: number
}

const row = (
  oid: Oid,
  shortName: string,
  maxLength: number,
  encode: AttributeType['encode'] = utf8String,
  inRfc4514 = false,
): AttributeType => ({ oid, shortName, maxLength, encode, inRfc4514 })

export const attributeTypes: readonly AttributeType[] = [
  row('2.5.4.3', 'CN', 64, utf8String, true),
  row('2.5.4.4', 'SN', 40),
  row('2.5.4.5', 'serialNumber', 64, printableString),
  row('2.5.4.6', 'C', 2, printableString, true),
  row('2.5.4.7', 'L', 128, utf8String, true),
  row('2.5.4.8', 'ST', 128, utf8String, true),
  row('2.5.4.9', 'street', 128, utf8String, true),
  row('2.5.4.10', 'O', 64, utf8String, true),
  row('2.5.4.11', 'OU', 64, utf8String, true),
  row('2.5.4.12', 'title', 64),
  row('2.5.4.42', 'givenName', 64),
  row('2.5.4.43', 'initials', 5),
  row('2.5.4.44', 'generationQualifier', 3),
  row('2.5.4.46', 'dnQualifier', 64, printableString),
  row('2.5.4.65', 'pseudonym', 128),
  row('2.5.4.97', 'organizationIdentifier', 256),
  row('0.9.2342.19200300.100.1.25', 'DC', 63, ia5String, true),
  row('0.9.2342.19200300.100.1.1', 'UID', 256, utf8String, true),
  row('1.2.840.113549.1.9.1', 'emailAddress', 255, ia5String),
]

const aliases: Readonly<Record<string, string>> = {
  surname: 'SN',
  gn: 'givenName',
  e: 'emailAddress',
  email: 'emailAddress',
  s: 'ST',
  sernum: 'serialNumber',
}

const byOid = new Map(attributeTypes.map((type) => [type.oid, type]))
const byName = new Map(attributeTypes.map((type) => [type.shortName.toLowerCase(), type]))

export const findAttributeType = (oid: Oid): AttributeType | null => byOid.get(oid) ?? null

/** By short name or alias, whatever the case. */
export function findAttributeTypeByName(name: string): AttributeType | null {
  const lower = name.toLowerCase()
  return byName.get((aliases[lower] ?? lower).toLowerCase()) ?? null
}
