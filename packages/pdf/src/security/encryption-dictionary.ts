import type { PdfView } from '../document/view.ts'
import { PdfError } from '../errors.ts'
import { integerValue, nameValue, PdfDictionary, type PdfObject, PdfString } from '../syntax/objects.ts'

/** What a crypt filter does to data (table 25). */
export type CryptMethod = 'Identity' | 'RC4' | 'AESV2' | 'AESV3'

/** The Encrypt dictionary of the standard security handler (tables 20 and 21), read and held to its rules. */
export interface EncryptionDictionary {
  /** R: which algorithms make and check the keys. */
  readonly revision: 2 | 3 | 4 | 5 | 6
  /** Octets of the file encryption key. */
  readonly keyBytes: number
  readonly owner: Uint8Array
  readonly user: Uint8Array
  /** OE, UE and Perms: revisions 5 and 6. */
  readonly ownerKey: Uint8Array
  readonly userKey: Uint8Array
  readonly permissionsEntry: Uint8Array
  /** P, as 32 bits. */
  readonly permissions: number
  readonly encryptMetadata: boolean
  readonly streams: CryptMethod
  readonly strings: CryptMethod
  readonly embeddedFiles: CryptMethod
  /** By the names that streams may give. */
  readonly filters: ReadonlyMap<string, CryptMethod>
}

const invalid = (message: string) => new PdfError('encryption_invalid', null, message)
const unsupported = (message: string) => new PdfError('encryption_unsupported', null, message)

/** PdfError 'encryption_invalid' | 'encryption_unsupported'. */
export async function readEncryptionDictionary(view: PdfView, entry: PdfObject): Promise<EncryptionDictionary> {
  const dictionary = await view.resolveDictionary(entry)
  if (!dictionary) throw invalid('Encrypt is no dictionary')
  const get = (key: string) => view.resolve(dictionary.get(key))
  const handler = nameValue(await get('Filter'))
  if (handler !== 'Standard') throw unsupported(`security handler ${handler ?? 'without a name'}`)
  const version = integerValue(await get('V')) ?? 0
  const revision = integerValue(await get('R'))
  const revisions: Readonly<Record<number, readonly number[]>> = { 1: [2, 3], 2: [2, 3], 4: [4], 5: [5, 6] }
  if (!revisions[version]?.includes(revision ?? 0))
    throw unsupported(`encryption of version ${version}, revision ${revision}`)
  if (revision !== 2 && revision !== 3 && revision !== 4 && revision !== 5 && revision !== 6) throw invalid('R')
  const octets = async (key: string, length: number): Promise<Uint8Array> => {
    const value = await get(key)
    // Some writers pad O and U of revisions 5 and 6 with zeros up to 127 octets.
    if (!(value instanceof PdfString) || value.bytes.length < length)
      throw invalid(`${key} is no string of ${length} octets`)
    return value.bytes.subarray(0, length)
  }
  const permissions = integerValue(await get('P'))
  if (permissions === null) throw invalid('P is no integer')
  const isLong = revision >= 5
  const length = integerValue(await get('Length'))
  const crypt = version >= 4 ? await readCryptFilters(view, dictionary) : legacyFilters
  return {
    revision,
    keyBytes: keyBytes(version, length, crypt),
    owner: await octets('O', isLong ? 48 : 32),
    user: await octets('U', isLong ? 48 : 32),
    ownerKey: isLong ? await octets('OE', 32) : new Uint8Array(),
    userKey: isLong ? await octets('UE', 32) : new Uint8Array(),
    permissionsEntry: isLong ? await octets('Perms', 16) : new Uint8Array(),
    // Written as a signed or as an unsigned number.
    permissions: permissions | 0,
    encryptMetadata: version < 4 || (await get('EncryptMetadata')) !== false,
    ...crypt,
  }
}

interface CryptFilters extends Pick<EncryptionDictionary, 'streams' | 'strings' | 'embeddedFiles' | 'filters'> {
  /** Length of the RC4 filter, where it gives one. */
  readonly rc4Length: number | null
}

const legacyFilters: CryptFilters = {
  streams: 'RC4',
  strings: 'RC4',
  embeddedFiles: 'RC4',
  filters: new Map([['Identity', 'Identity'] as const]),
  rc4Length: null,
}

/** Table 20: V 1 is 40 bits, V 2 Length bits; with crypt filters 128, or 256 with AESV3. */
function keyBytes(version: number, length: number | null, { rc4Length }: CryptFilters): number {
  if (version === 1) return 5
  if (version === 5) return 32
  if (version === 4) {
    // Table 25 has the filter's Length in octets; many write bits.
    const own = rc4Length !== null && rc4Length > 16 ? rc4Length / 8 : rc4Length
    if (own !== null && (!Number.isInteger(own) || own < 5 || own > 16)) throw invalid('Length of a crypt filter')
    return own ?? 16
  }
  const bits = length ?? 40
  if (bits < 40 || bits > 128 || bits % 8 !== 0) throw invalid(`a key of ${bits} bits`)
  return bits / 8
}

const methods: Readonly<Record<string, CryptMethod>> = { None: 'Identity', V2: 'RC4', AESV2: 'AESV2', AESV3: 'AESV3' }

/** More crypt filters than any document has: StdCF is the one that this handler knows (7.6.6). */
const maxFilters = 16

async function readCryptFilters(view: PdfView, dictionary: PdfDictionary): Promise<CryptFilters> {
  const filters = new Map<string, CryptMethod>([['Identity', 'Identity']])
  const described = (await view.resolveDictionary(dictionary.get('CF'))) ?? new PdfDictionary()
  if (described.size > maxFilters) throw invalid(`${described.size} crypt filters`)
  let rc4Length: number | null = null
  for (const [name, value] of described.entries()) {
    const filter = await view.resolveDictionary(value)
    const named = nameValue(await view.resolve(filter?.get('CFM'))) ?? 'None'
    const method = methods[named]
    if (method === undefined) throw unsupported(`crypt filter method ${named}`)
    if (method === 'RC4') rc4Length = integerValue(await view.resolve(filter?.get('Length')))
    if (name !== 'Identity') filters.set(name, method)
  }
  const chosen = async (key: string): Promise<CryptMethod | null> => {
    const value = await view.resolve(dictionary.get(key))
    if (value === null) return null
    const method = filters.get(nameValue(value) ?? '')
    if (method === undefined) throw invalid(`${key} names no crypt filter`)
    return method
  }
  const streams = (await chosen('StmF')) ?? 'Identity'
  const strings = (await chosen('StrF')) ?? 'Identity'
  const isLong = integerValue(await view.resolve(dictionary.get('V'))) === 5
  for (const method of [streams, strings])
    if (method !== 'Identity' && (method === 'AESV3') !== isLong) throw invalid('a crypt filter of another version')
  return { streams, strings, embeddedFiles: (await chosen('EFF')) ?? streams, filters, rc4Length }
}
