import { foldValue, type Name, nameFromString, PkiError } from '@cloudsigner/pki'

/**
 * A key under which names are equal whatever order their attributes came in: EJBCA puts a DN into an order of its own before it compares
 * (a client may send `C=SE,CN=X` or `CN=X,C=SE`). Null where the text is no distinguished name.
 */
export function dnKey(name: Name | string): string | null {
  const parsed = typeof name === 'string' ? tryParse(name) : name
  if (!parsed) return null
  const known = keys.get(parsed)
  if (known !== undefined) return known
  const key = keyOf(parsed)
  keys.set(parsed, key)
  return key
}

/** Of names that stay, such as the authorities' own. */
const keys = new WeakMap<Name, string>()

function keyOf({ rdns }: Name): string {
  const attributes = rdns.flatMap((rdn) => rdn.map(({ type, value }) => `${type}=${foldValue(value)}`))
  return JSON.stringify(attributes.sort())
}

function tryParse(text: string): Name | null {
  try {
    return nameFromString(text)
  } catch (error) {
    if (error instanceof PkiError) return null
    throw error
  }
}

/** Java's String.hashCode, signed 32 bits: EJBCA's id of a CA is that of its subject DN. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
