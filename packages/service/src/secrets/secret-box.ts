import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import type { Random } from '../random.ts'

/**
 * Authenticated encryption at rest. `identity` names the record and the member that the secret belongs to, such as
 * `powerauth.activation.serverPrivateKey:<id>`; it is the associated data, so a sealed value that was moved to another
 * record does not open.
 */
export interface SecretBox {
  seal(plaintext: Uint8Array, identity: string): Uint8Array
  /** Throws SecretBoxError where the value is not what this box sealed for that identity. */
  open(sealed: Uint8Array, identity: string): Uint8Array
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError'
}

export const masterKeyLength = 32
const version = 1
const keyIdLength = 4
const nonceLength = 12
const tagLength = 16
const headerLength = 1 + keyIdLength + nonceLength

/**
 * AES-256-GCM with one master key. Layout: version (1) ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 *
 * The nonce is random, which NIST SP 800-38D §8.3 bounds to 2^32 values a key: so each identity has its own key, derived
 * by HKDF (RFC 5869), and the bound holds for the rewrites of one record's one member.
 */
export function createSecretBox(masterKey: Uint8Array, random: Random): SecretBox {
  if (masterKey.length !== masterKeyLength)
    throw new SecretBoxError(`a master key is ${masterKeyLength} bytes long, this one ${masterKey.length}`)
  const root = Uint8Array.from(masterKey)
  const keyId = createHmac('sha256', root).update('cloudsigner.secret-box.key-id').digest().subarray(0, keyIdLength)
  const keyOf = (identity: string) =>
    new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), `cloudsigner.secret-box:${identity}`, 32))

  return {
    seal(plaintext, identity) {
      const header = Buffer.concat([Uint8Array.of(version), keyId, random(nonceLength)])
      const cipher = createCipheriv('aes-256-gcm', keyOf(identity), header.subarray(1 + keyIdLength))
      cipher.setAAD(associatedData(header, identity))
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return new Uint8Array(Buffer.concat([header, body, cipher.getAuthTag()]))
    },
    open(sealed, identity) {
      if (sealed.length < headerLength + tagLength || sealed[0] !== version)
        throw new SecretBoxError(`the sealed value of ${identity} is damaged`)
      const header = Buffer.from(sealed.subarray(0, headerLength))
      if (!header.subarray(1, 1 + keyIdLength).equals(keyId))
        throw new SecretBoxError(`the sealed value of ${identity} was sealed with another master key`)
      const decipher = createDecipheriv('aes-256-gcm', keyOf(identity), header.subarray(1 + keyIdLength))
      decipher.setAAD(associatedData(header, identity))
      decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
      try {
        const body = sealed.subarray(headerLength, sealed.length - tagLength)
        return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
      } catch (cause) {
        throw new SecretBoxError(`the sealed value of ${identity} does not open: changed, or of another record`, {
          cause,
        })
      }
    },
  }
}

function associatedData(header: Buffer, identity: string): Buffer {
  return Buffer.concat([header.subarray(0, 1 + keyIdLength), Buffer.from(identity, 'utf8')])
}
