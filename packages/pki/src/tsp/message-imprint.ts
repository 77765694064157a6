import { hashAlgorithmIdentifier, hashLengths, readHashAlgorithm } from '../algorithms.ts'
import type { HashAlgorithm } from '../crypto-provider.ts'
import { decodeOctetString } from '../der/decode.ts'
import type { DerElement } from '../der/element.ts'
import { octetString, sequence } from '../der/encode.ts'
import { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'

/** What is time-stamped (RFC 3161 §2.4.1). */
export interface MessageImprint {
  readonly hashAlgorithm: HashAlgorithm
  readonly hashedMessage: Uint8Array
}

export function encodeMessageImprint({ hashAlgorithm, hashedMessage }: MessageImprint): Uint8Array {
  return sequence(hashAlgorithmIdentifier(hashAlgorithm), octetString(hashedMessage))
}

/** PkiError 'algorithm_unsupported' for an unknown hash, 'tsp_malformed' for a length that is not its own (RFC 3161 §2.4.1). */
export function readMessageImprint(element: DerElement): MessageImprint {
  const structure = Structure.open(element, 'MessageImprint', 'tsp_malformed')
  const hashAlgorithm = readHashAlgorithm(structure.required(Tag.Sequence, 'hashAlgorithm').bytes)
  const hashedMessage = decodeOctetString(structure.required(Tag.OctetString, 'hashedMessage'))
  structure.end()
  if (hashedMessage.length !== hashLengths[hashAlgorithm]) {
    throw new PkiError('tsp_malformed', `hashedMessage of ${hashedMessage.length} octets for ${hashAlgorithm}`)
  }
  return Object.freeze({ hashAlgorithm, hashedMessage })
}
