import type { KeyObject } from 'node:crypto'
import type { CryptoProvider, HashAlgorithm, KeySigner } from './crypto-provider.ts'

export declare const nodeCrypto: CryptoProvider
/** P-256 signs with SHA-256, P-384 with SHA-384, RSA with SHA-256 unless `hash` says otherwise. */
export declare function keySigner(privateKey: KeyObject, options?: { readonly hash?: HashAlgorithm }): KeySigner
