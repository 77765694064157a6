/** The mathematics of both generations where the device is a browser. */
import { webCrypto } from '@cloudsigner/powerauth-protocol'
import { type Algorithm, isHybrid } from '@cloudsigner/powerauth-protocol/v4'
import { webCryptoV4 } from '@cloudsigner/powerauth-protocol/web-v4'
import type { SdkCrypto } from './context.ts'

/** Loads the lattices only where a suite is hybrid: a bundler puts them into a file of their own. */
export async function browserCrypto(
  platform: Pick<Crypto, 'subtle' | 'getRandomValues'>,
  algorithm: Algorithm,
): Promise<SdkCrypto> {
  const former = webCrypto(platform)
  if (!isHybrid(algorithm)) return { ...former, ...webCryptoV4(platform) }
  const { nobleSuite } = await import('@cloudsigner/powerauth-protocol/post-quantum')
  return { ...former, ...webCryptoV4(platform, nobleSuite(former.random)) }
}
