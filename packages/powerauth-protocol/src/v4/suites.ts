/** The suites of protocol 4.0: what each combines. */
import { ProtocolError } from '../protocol-error.ts'
import type { CryptoProviderV4, MlDsaParameterSet, MlKemParameterSet, PostQuantumProvider } from './crypto-provider.ts'

/** `ML_L3` and `ML_L5` of the reference are for its tests, `EC_P256` marks protocol 3; none of them is spoken here. */
export const algorithms = ['EC_P384', 'EC_P384_ML_L3', 'EC_P384_ML_L5'] as const
export type Algorithm = (typeof algorithms)[number]

interface PostQuantumSuite {
  readonly mlKem: MlKemParameterSet
  readonly mlDsa: MlDsaParameterSet
}

/** The lattice half of each suite, where it has one. P-384 is in all. */
const postQuantumOf: Readonly<Record<Algorithm, PostQuantumSuite | undefined>> = {
  EC_P384: undefined,
  EC_P384_ML_L3: { mlKem: 'ML-KEM-768', mlDsa: 'ML-DSA-65' },
  EC_P384_ML_L5: { mlKem: 'ML-KEM-1024', mlDsa: 'ML-DSA-87' },
}

/** Throws `unsupported_algorithm`. */
export function parseAlgorithm(text: unknown): Algorithm {
  const algorithm = algorithms.find((known) => known === text)
  if (algorithm === undefined) throw new ProtocolError('unsupported_algorithm', 'The suite of algorithms is unknown')
  return algorithm
}

/** Whether the suite has ML-KEM and ML-DSA beside P-384. */
export function isHybrid(algorithm: Algorithm): boolean {
  return postQuantumOf[algorithm] !== undefined
}

/** The lattice half with the means to compute it. Throws `unsupported_algorithm` where the provider lacks it. */
export function postQuantum(
  crypto: CryptoProviderV4,
  algorithm: Algorithm,
): (PostQuantumSuite & { readonly provider: PostQuantumProvider }) | undefined {
  const suite = postQuantumOf[parseAlgorithm(algorithm)]
  if (suite === undefined) return undefined
  if (crypto.postQuantum === undefined) {
    throw new ProtocolError('unsupported_algorithm', `${algorithm} needs a provider of ML-KEM and ML-DSA`)
  }
  return { ...suite, provider: crypto.postQuantum }
}

export function mlDsaOf(algorithm: Algorithm): MlDsaParameterSet | undefined {
  return postQuantumOf[algorithm]?.mlDsa
}
