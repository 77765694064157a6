/** mobileSdkConfig as a 4.0 client reads it: credentials, master public keys, and the best suite that they permit. */
import {
  configKeyIds,
  invalidConfiguration,
  readConfigContainer,
  writeConfigContainer,
} from '../encoding/sdk-config-container.ts'
import { type ApplicationCredentials, requireApplication } from '../v3/application.ts'
import { decodePublicKey as decodeP256 } from '../v3/p256.ts'
import type { MlDsaParameterSet } from './crypto-provider.ts'
import { decodePublicKey } from './p384.ts'
import { decodeSubjectPublicKey, encodeSubjectPublicKey } from './post-quantum-keys.ts'
import { type VerifyingKey, verifyingKeys } from './signature-keys.ts'
import { type Algorithm, mlDsaOf } from './suites.ts'

/** Points are uncompressed, keys of ML-DSA raw. */
export interface MasterPublicKeys {
  /** For 3.x. */
  readonly ES256?: Uint8Array
  readonly ES384: Uint8Array
  readonly 'ML-DSA-65'?: Uint8Array
  readonly 'ML-DSA-87'?: Uint8Array
}

export interface MobileSdkConfig extends ApplicationCredentials {
  readonly masterPublicKeys: MasterPublicKeys
}

export function buildMobileSdkConfig(config: MobileSdkConfig): string {
  const { applicationKey, applicationSecret } = requireApplication(config)
  const { ES256, ES384, ...lattice } = config.masterPublicKeys
  const keys = new Map<number, Uint8Array>()
  if (ES256) keys.set(configKeyIds.ES256, decodeP256(ES256))
  keys.set(configKeyIds.ES384, decodePublicKey(ES384))
  for (const set of ['ML-DSA-65', 'ML-DSA-87'] as const) {
    const key = lattice[set]
    if (key) keys.set(configKeyIds[set], encodeSubjectPublicKey(set, key))
  }
  return writeConfigContainer({ applicationKey, applicationSecret, keys })
}

/** Throws `invalid_configuration` (also where it has no key of P-384: 3.x only) or `invalid_public_key`. */
export function parseMobileSdkConfig(text: string): MobileSdkConfig {
  const { applicationKey, applicationSecret, keys } = readConfigContainer(text)
  const ES256 = keys.get(configKeyIds.ES256)
  const ES384 = keys.get(configKeyIds.ES384)
  if (ES384 === undefined) throw invalidConfiguration('it has no master public key of P-384')
  const lattice = (set: MlDsaParameterSet) => {
    const spki = keys.get(configKeyIds[set])
    return spki && { [set]: decodeSubjectPublicKey(set, spki) }
  }
  return {
    applicationKey,
    applicationSecret,
    masterPublicKeys: {
      ...(ES256 && { ES256: decodeP256(ES256) }),
      ES384: decodePublicKey(ES384),
      ...lattice('ML-DSA-65'),
      ...lattice('ML-DSA-87'),
    },
  }
}

/** The strongest suite of which all master keys are there. */
export function bestAlgorithm(keys: MasterPublicKeys): Algorithm {
  if (keys['ML-DSA-87']) return 'EC_P384_ML_L5'
  return keys['ML-DSA-65'] ? 'EC_P384_ML_L3' : 'EC_P384'
}

/** The master keys that must all have signed for a suite. Throws `invalid_public_key` where one is missing. */
export function masterVerifyingKeys(algorithm: Algorithm, keys: MasterPublicKeys): readonly VerifyingKey[] {
  const set = mlDsaOf(algorithm)
  const mlDsa = set && keys[set]
  return verifyingKeys(algorithm, { ecdsa: keys.ES384, ...(mlDsa && { mlDsa }) })
}
