/** Strings and streams of an encrypted document (7.6.2, 7.6.3), decrypted as they are read and encrypted as they are written. */
import { PdfError } from '../errors.ts'
import {
  isArray,
  isName,
  nameValue,
  PdfDictionary,
  type PdfObject,
  type PdfReference,
  PdfStream,
  PdfString,
} from '../syntax/objects.ts'
import { joined, type PdfCiphers } from './ciphers.ts'
import type { CryptMethod, EncryptionDictionary } from './encryption-dictionary.ts'
import { rc4 } from './rc4.ts'
import type { UnlockedKey } from './unlock.ts'

/** What an opened encrypted document says of itself. */
export interface PdfSecurity {
  /** Whose password opened it: the owner may do everything. */
  readonly access: 'user' | 'owner'
  /** R of the Encrypt dictionary. */
  readonly revision: number
  /** Table 22: filling in existing form fields, signature fields among them, is permitted. */
  readonly mayFillForms: boolean
  /** … and creating new ones. */
  readonly mayCreateFields: boolean
}

/** Follows references of a stream's own dictionary. */
type Resolve = (value: PdfObject | undefined) => Promise<PdfObject>

export class Security implements PdfSecurity {
  readonly access: UnlockedKey['access']
  readonly revision: number
  readonly mayFillForms: boolean
  readonly mayCreateFields: boolean
  readonly #encryption: EncryptionDictionary
  readonly #key: Uint8Array
  readonly #ciphers: PdfCiphers
  /** Of the Encrypt dictionary, whose own strings are never encrypted. */
  readonly #ownNumber: number | null

  constructor(encryption: EncryptionDictionary, unlocked: UnlockedKey, ciphers: PdfCiphers, ownNumber: number | null) {
    this.#encryption = encryption
    this.#key = unlocked.key
    this.#ciphers = ciphers
    this.#ownNumber = ownNumber
    this.access = unlocked.access
    this.revision = encryption.revision
    const permits = (bit: number) => unlocked.access === 'owner' || ((encryption.permissions >> (bit - 1)) & 1) === 1
    // Bit 9 came with revision 3; before it, bit 6 stands for both.
    this.mayFillForms = permits(6) || (encryption.revision >= 3 && permits(9))
    this.mayCreateFields = permits(4) && permits(6)
  }

  /** Whether this is the Encrypt dictionary. */
  isOwn({ number }: PdfReference): boolean {
    return number === this.#ownNumber
  }

  /** An object as it was before its strings were encrypted. Stream data stay where they are. */
  decryptStrings(reference: PdfReference, value: PdfObject): PdfObject {
    if (this.isOwn(reference) || this.#encryption.strings === 'Identity') return value
    // 7.5.8.2: a cross-reference stream is not encrypted, nor are the strings in its dictionary.
    if (value instanceof PdfStream && isName(value.dictionary.get('Type'), 'XRef')) return value
    const key = this.#objectKey(reference, this.#encryption.strings)
    return mapStrings(value, (bytes) => this.#decrypt(this.#encryption.strings, key, bytes, null))
  }

  /** Data of a stream as it stands in the file, before its filters. */
  async decryptStream(stream: PdfStream, data: Uint8Array, resolve: Resolve): Promise<Uint8Array> {
    if (stream.content.kind !== 'file') return data
    const { object, offset } = stream.content
    const method = await this.#methodOf(stream.dictionary, resolve)
    return method === 'Identity' ? data : this.#decrypt(method, this.#objectKey(object, method), data, offset)
  }

  /** An object as it is to be written: the same object in the same document always gives the same bytes. */
  async encryptObject(reference: PdfReference, value: PdfObject): Promise<PdfObject> {
    const { strings } = this.#encryption
    let count = 0
    const encrypt = (method: CryptMethod, bytes: Uint8Array): Uint8Array =>
      this.#encrypt(method, reference, bytes, count++)
    const written = mapStrings(value, (bytes) => encrypt(strings, bytes))
    if (!(written instanceof PdfStream) || written.content.kind !== 'bytes') return written
    const method = await this.#methodOf(written.dictionary, async (item) => item ?? null)
    return new PdfStream(written.dictionary, { kind: 'bytes', bytes: encrypt(method, written.content.bytes) })
  }

  /** 7.6.6: a Crypt filter of its own, else by what the stream is. */
  async #methodOf(dictionary: PdfDictionary, resolve: Resolve): Promise<CryptMethod> {
    const { encryptMetadata, streams, embeddedFiles, filters } = this.#encryption
    const type = nameValue(await resolve(dictionary.get('Type')))
    if (type === 'XRef') return 'Identity' // 7.5.8.2
    if (isName(await first(dictionary.get('Filter'), resolve), 'Crypt')) {
      const parameters = await first(dictionary.get('DecodeParms'), resolve)
      const named = parameters instanceof PdfDictionary ? nameValue(await resolve(parameters.get('Name'))) : null
      const method = filters.get(named ?? 'Identity')
      if (method === undefined) throw new PdfError('encryption_invalid', null, 'a stream names no crypt filter')
      return method
    }
    if (type === 'Metadata' && !encryptMetadata) return 'Identity'
    return type === 'EmbeddedFile' ? embeddedFiles : streams
  }

  /** Algorithm 1; algorithm 1.A of AESV3 takes the file's key itself. */
  #objectKey({ number, generation }: PdfReference, method: CryptMethod): Uint8Array {
    if (method === 'AESV3' || method === 'Identity') return this.#key
    const identity = Uint8Array.of(number, number >> 8, number >> 16, generation, generation >> 8)
    const salt = method === 'AESV2' ? new TextEncoder().encode('sAlT') : new Uint8Array()
    const hash = this.#ciphers.digest('MD5', joined(this.#key, identity, salt))
    return hash.subarray(0, Math.min(this.#key.length + 5, 16))
  }

  #decrypt(method: CryptMethod, key: Uint8Array, data: Uint8Array, offset: number | null): Uint8Array {
    if (method === 'Identity') return data
    if (method === 'RC4') return rc4(key, data)
    if (data.length === 0) return data
    if (data.length < 32 || data.length % 16 !== 0)
      throw new PdfError('encryption_invalid', offset, `${data.length} octets are not whole blocks of AES`)
    const plain = this.#ciphers.decryptAesCbc(key, data.subarray(0, 16), data.subarray(16))
    const padding = plain.at(-1) ?? 0
    if (padding < 1 || padding > 16) throw new PdfError('encryption_invalid', offset, 'the padding of AES is malformed')
    return plain.subarray(0, plain.length - padding)
  }

  #encrypt(method: CryptMethod, reference: PdfReference, data: Uint8Array, count: number): Uint8Array {
    if (method === 'Identity') return data
    const key = this.#objectKey(reference, method)
    if (method === 'RC4') return rc4(key, data)
    const padding = 16 - (data.length % 16)
    const iv = this.#vector(reference, data, count)
    return joined(iv, this.#ciphers.encryptAesCbc(key, iv, joined(data, new Uint8Array(padding).fill(padding))))
  }

  /** Secret and never the same for two data, like a random one; from the data, so that a plan can be made again. */
  #vector({ number, generation }: PdfReference, data: Uint8Array, count: number): Uint8Array {
    const place = new TextEncoder().encode(`${number} ${generation} ${count} `)
    return this.#ciphers.digest('SHA-256', joined(this.#key, place, data)).subarray(0, 16)
  }
}

async function first(value: PdfObject | undefined, resolve: Resolve): Promise<PdfObject> {
  const direct = await resolve(value)
  return isArray(direct) ? resolve(direct[0]) : direct
}

/**
 * The value with each string replaced, but for Contents of a signature dictionary (7.6.2): that is told by its ByteRange,
 * since Type may be left out. Depth is bounded by the parser.
 */
function mapStrings(value: PdfObject, map: (bytes: Uint8Array) => Uint8Array): PdfObject {
  if (value instanceof PdfString) return new PdfString(map(value.bytes), true)
  if (isArray(value)) return value.map((item) => mapStrings(item, map))
  if (value instanceof PdfStream) {
    const dictionary = mapStrings(value.dictionary, map)
    return dictionary instanceof PdfDictionary ? new PdfStream(dictionary, value.content) : value
  }
  if (!(value instanceof PdfDictionary)) return value
  const isSignature = value.has('ByteRange')
  return new PdfDictionary(
    [...value.entries()].map(
      ([key, item]) => [key, isSignature && key === 'Contents' ? item : mapStrings(item, map)] as const,
    ),
  )
}
