/** The mathematics of all versions by Node's own crypto, synchronous. */
import { createCipheriv, createDecipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { CryptoProvider } from './crypto-provider.ts'
import { bytes } from './node/bytes.ts'
import { nodeP256, nodeP384 } from './node/ec.ts'
import { nodeKmac256 } from './node/kmac.ts'
import { nodePostQuantum } from './node/post-quantum.ts'
import type { CryptoProviderV4 } from './v4/crypto-provider.ts'

const CBC = 'aes-128-cbc'

export const nodeCrypto: CryptoProvider & CryptoProviderV4 = {
  random: (length) => bytes(randomBytes(length)),

  sha256: (data) => bytes(createHash('sha256').update(data).digest()),
  hmacSha256: (key, data) => bytes(createHmac('sha256', key).update(data).digest()),
  aesCbcEncrypt(key, iv, plaintext) {
    const cipher = createCipheriv(CBC, key, iv)
    return bytes(Buffer.concat([cipher.update(plaintext), cipher.final()]))
  },
  aesCbcDecrypt(key, iv, ciphertext) {
    const cipher = createDecipheriv(CBC, key, iv)
    return bytes(Buffer.concat([cipher.update(ciphertext), cipher.final()]))
  },
  generateP256KeyPair: nodeP256.generate,
  ecdhP256: nodeP256.ecdh,
  ecdsaP256Sign: nodeP256.sign,
  ecdsaP256Verify: nodeP256.verify,
  pbkdf2: (hash, password, salt, iterations, length) =>
    bytes(pbkdf2Sync(password, salt, iterations, length, hash === 'SHA-1' ? 'sha1' : 'sha256')),

  sha3: (data) => bytes(createHash('sha3-256').update(data).digest()),
  kmac256: nodeKmac256,
  hmacSha384: (key, data) => bytes(createHmac('sha384', key).update(data).digest()),
  aesCtr: (key, counterBlock, data) => bytes(createCipheriv('aes-256-ctr', key, counterBlock).update(data)),
  generateP384KeyPair: nodeP384.generate,
  ecdhP384: nodeP384.ecdh,
  ecdsaP384Sign: nodeP384.sign,
  ecdsaP384Verify: nodeP384.verify,
  postQuantum: nodePostQuantum,
}
