import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { browserCrypto } from '@cloudsigner/pki/browser'
import type { EarlierSignatures } from './earlier-signatures.ts'

addEventListener('message', ({ data }: MessageEvent<Uint8Array>) => {
  judge(data).then(
    (judged) => postMessage(judged),
    () => postMessage(null),
  )
})

async function judge(bytes: Uint8Array): Promise<EarlierSignatures> {
  const { signatures } = await validateSignatures(bytesSource(bytes), {
    trustAnchors: [],
    revocation: 'off',
    at: new Date(),
    crypto: browserCrypto(crypto),
  })
  return { count: signatures.length, sound: signatures.every(({ indication }) => indication !== 'TOTAL_FAILED') }
}
