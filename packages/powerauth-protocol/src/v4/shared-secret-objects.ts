/** The JSON objects of a key exchange, as they travel. */
import { base64Decode } from '../encoding/base64.ts'
import { ProtocolError } from '../protocol-error.ts'
import { type Algorithm, isHybrid, parseAlgorithm } from './suites.ts'

/** Base64: the point of P-384, then the SubjectPublicKeyInfo of ML-KEM in hybrid suites. */
export interface SharedSecretRequest {
  readonly algorithm: Algorithm
  readonly encapsulationKeys: readonly string[]
}

/** Base64: 32 bytes of salt; the ephemeral point, then the ciphertext of ML-KEM in hybrid suites. */
export interface SharedSecretResponse {
  readonly salt: string
  readonly encapsulatedKeys: readonly string[]
}

const MAX_KEY_LENGTH = 2200 // Base64 of the longest part, the SubjectPublicKeyInfo of ML-KEM-1024
const ciphertextLengths: Readonly<Record<Algorithm, readonly number[]>> = {
  EC_P384: [97],
  EC_P384_ML_L3: [97, 1088],
  EC_P384_ML_L5: [97, 1568],
}

/** Throws `unsupported_algorithm` or `invalid_key_exchange`. That keys are keys is checked where they are used. */
export function parseSharedSecretRequest(value: unknown): SharedSecretRequest {
  const members = membersOf(value)
  const algorithm = parseAlgorithm(members.algorithm)
  return { algorithm, encapsulationKeys: texts(members.encapsulationKeys, 'encapsulationKeys', algorithm) }
}

/** Throws `invalid_key_exchange`. */
export function parseSharedSecretResponse(algorithm: Algorithm, value: unknown): SharedSecretResponse {
  const members = membersOf(value)
  const encapsulatedKeys = texts(members.encapsulatedKeys, 'encapsulatedKeys', algorithm)
  encapsulatedKeys.forEach((text, index) => {
    decode(text, 'encapsulatedKeys', ciphertextLengths[algorithm][index])
  })
  if (typeof members.salt !== 'string') throw invalid('its salt is missing')
  decode(members.salt, 'salt', 32)
  return { salt: members.salt, encapsulatedKeys }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid('it is no JSON object')
  return { ...value }
}

function texts(value: unknown, name: string, algorithm: Algorithm): readonly string[] {
  if (!Array.isArray(value) || value.length !== (isHybrid(algorithm) ? 2 : 1)) {
    throw invalid(`${name} does not have one part for each algorithm of the suite`)
  }
  return value.map((text: unknown) => {
    if (typeof text !== 'string' || text.length > MAX_KEY_LENGTH) throw invalid(`a part of ${name} has the wrong form`)
    decode(text, name)
    return text
  })
}

function decode(text: string, name: string, length?: number): void {
  try {
    base64Decode(text, name, length)
  } catch (cause) {
    throw invalid(`${name} has the wrong form`, cause)
  }
}

function invalid(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError('invalid_key_exchange', `The key exchange is refused: ${reason}`, { cause })
}
