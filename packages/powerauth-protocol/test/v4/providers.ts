import { nodeCrypto } from '../../src/node.ts'
import { nobleSuite } from '../../src/post-quantum.ts'
import type { CryptoProviderV4 } from '../../src/v4/crypto-provider.ts'
import { webCryptoV4 } from '../../src/web-v4.ts'

export const browserCrypto: CryptoProviderV4 = webCryptoV4(
  globalThis.crypto,
  nobleSuite((length) => globalThis.crypto.getRandomValues(new Uint8Array(length))),
)

/** Both platforms' mathematics of 4.0, by name. */
export const providers: readonly (readonly [string, CryptoProviderV4])[] = [
  ['node:crypto', nodeCrypto],
  ['WebCrypto and noble', browserCrypto],
]
