import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import type { KeyKind } from '@cloudsigner/pki/node'
import { SignerProblem } from './signer-problem.ts'

const kinds = {
  EC_P256: 'P-256',
  EC_P384: 'P-384',
  RSA_3072: 'RSA-3072',
  RSA_4096: 'RSA-4096',
} as const satisfies Partial<Record<CloudKeyAlgorithm, KeyKind>>

/** REQUEST_VALIDATION_ERROR for ML_DSA_65, which neither the CA nor PDF readers know yet. */
export function cloudKeyKind(algorithm: CloudKeyAlgorithm): KeyKind {
  if (algorithm === 'ML_DSA_65') {
    throw new SignerProblem(
      'REQUEST_VALIDATION_ERROR',
      'ML_DSA_65 is not offered yet: the CA issues no certificates for such keys, and no reader validates their signatures in PDF',
    )
  }
  return kinds[algorithm]
}
