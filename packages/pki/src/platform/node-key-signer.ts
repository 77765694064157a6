import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { defaultSignatureAlgorithm, readPublicKeyInfo, readSignatureAlgorithm, rsassaPss } from '../algorithms.ts'
import type { HashAlgorithm, KeySigner } from '../crypto-provider.ts'
import { padding } from './node-crypto.ts'

const signInThreadPool = promisify(sign)
const generate = promisify(generateKeyPair)

const opensslNames = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

export interface KeySignerOptions {
  /** Default: the one that matches the curve, SHA-256 for RSA. Ed25519 and ML-DSA take none. */
  readonly hash?: Exclude<HashAlgorithm, 'SHA-1'>
  /** Of RSA keys; default PKCS1, but PSS for keys that are for nothing else. */
  readonly scheme?: 'PKCS1' | 'PSS'
}

/**
 * Signs with a private key in this process: EC (P-256 with SHA-256, P-384 with SHA-384 …), RSA, Ed25519 or ML-DSA.
 * PkiError 'algorithm_unsupported' for other keys.
 */
export function keySigner(privateKey: KeyObject, options: KeySignerOptions = {}): KeySigner {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const subjectPublicKeyInfo = new Uint8Array(spki)
  const signatureAlgorithm =
    options.scheme === 'PSS' && readPublicKeyInfo(subjectPublicKeyInfo).algorithm === 'RSA'
      ? rsassaPss(options.hash ?? 'SHA-256')
      : defaultSignatureAlgorithm(subjectPublicKeyInfo, options.hash)
  const algorithm = readSignatureAlgorithm(signatureAlgorithm)
  const { hash } = algorithm
  const digest = hash === null || hash === 'SHA-1' ? null : opensslNames[hash]
  return Object.freeze({
    signatureAlgorithm,
    subjectPublicKeyInfo,
    sign: async (data: Uint8Array) =>
      new Uint8Array(await signInThreadPool(digest, data, { key: privateKey, ...padding(algorithm) })),
  })
}

/** Kinds of key pair that are made here. */
export type KeyKind = 'P-256' | 'P-384' | 'RSA-3072' | 'RSA-4096'

/**
 * A new key pair and its signer; the private key as PKCS #8 DER, to be sealed and stored by the caller. Off the event
 * loop: an RSA key takes seconds.
 */
export async function generateKeySigner(
  kind: KeyKind,
): Promise<{ readonly signer: KeySigner; readonly pkcs8: Uint8Array }> {
  const { privateKey } = await (kind === 'P-256' || kind === 'P-384'
    ? generate('ec', { namedCurve: kind })
    : generate('rsa', { modulusLength: kind === 'RSA-3072' ? 3072 : 4096 }))
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  return { signer: keySigner(privateKey), pkcs8 }
}

/** The signer of a private key that was generated here. */
export function keySignerOf(pkcs8: Uint8Array): KeySigner {
  return keySigner(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }))
}
