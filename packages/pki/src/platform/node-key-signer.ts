import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { defaultSignatureAlgorithm, readSignatureAlgorithm } from '../algorithms.ts'
import type { HashAlgorithm, KeySigner } from '../crypto-provider.ts'

const signInThreadPool = promisify(sign)
const generate = promisify(generateKeyPair)

const opensslNames = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

/**
 * Signs with a private key in this process: EC (P-256 with SHA-256, P-384 with SHA-384 …), RSA PKCS #1 v1.5 (SHA-256) or Ed25519;
 * `hash` overrides. PkiError 'algorithm_unsupported' for other keys.
 */
export function keySigner(
  privateKey: KeyObject,
  options: { readonly hash?: Exclude<HashAlgorithm, 'SHA-1'> } = {},
): KeySigner {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const subjectPublicKeyInfo = new Uint8Array(spki)
  const signatureAlgorithm = defaultSignatureAlgorithm(subjectPublicKeyInfo, options.hash)
  const { hash } = readSignatureAlgorithm(signatureAlgorithm)
  const digest = hash === null || hash === 'SHA-1' ? null : opensslNames[hash]
  return Object.freeze({
    signatureAlgorithm,
    subjectPublicKeyInfo,
    sign: async (data: Uint8Array) => new Uint8Array(await signInThreadPool(digest, data, privateKey)),
  })
}

/** A new EC key pair and its signer; the private key as PKCS #8 DER, to be sealed and stored by the caller. */
export async function generateKeySigner(
  curve: 'P-256' | 'P-384',
): Promise<{ readonly signer: KeySigner; readonly pkcs8: Uint8Array }> {
  const { privateKey } = await generate('ec', { namedCurve: curve })
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  return { signer: keySigner(privateKey), pkcs8 }
}
