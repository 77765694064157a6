import type { KeySigner } from '@cloudsigner/pki'
import { generateKeySigner, type KeyKind, keySignerOf } from '@cloudsigner/pki/node'

/** Key pairs of Cloud mode: made and used in this process, and kept sealed in rows. */
export interface CloudKeys {
  generate(kind: KeyKind): Promise<{ readonly signer: KeySigner; readonly pkcs8: Uint8Array }>
  /** The signer of a key that `generate` made. */
  open(pkcs8: Uint8Array): KeySigner
}

export const softwareKeys: CloudKeys = { generate: generateKeySigner, open: keySignerOf }
