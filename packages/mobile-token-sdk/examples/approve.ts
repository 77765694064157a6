/**
 * node packages/mobile-token-sdk/examples/approve.ts MOBILE_SDK_CONFIG PUBLIC_URL ACTIVATION_CODE PIN
 *
 * A phone: activates, waits until the bank commits, then tells and approves the first operation that comes.
 */
import { MobileToken, watchOperations } from '@cloudsigner/mobile-token-sdk'
import { memoryStorage, PowerAuth, possessionWithPassword, webCrypto } from '@cloudsigner/powerauth-sdk'

const [mobileSdkConfig, baseUrl, code, pin] = process.argv.slice(2)
if (!mobileSdkConfig || !baseUrl || !code || !pin) {
  throw new Error('usage: approve.ts MOBILE_SDK_CONFIG PUBLIC_URL ACTIVATION_CODE PIN')
}
const powerAuth = await PowerAuth.open({
  mobileSdkConfig,
  baseUrl,
  storage: memoryStorage(),
  crypto: webCrypto(globalThis.crypto),
  fetch: globalThis.fetch,
  clock: { now: () => new Date() },
})
const { fingerprint } = await powerAuth.createActivation({ code, name: 'example' })
await powerAuth.persistActivation({ password: pin })
console.log(`Fingerprint ${fingerprint}: compare it with the bank's`)
while ((await powerAuth.fetchActivationStatus()).state === 'PENDING_COMMIT') {
  await new Promise((resolve) => setTimeout(resolve, 500))
}

const mobileToken = new MobileToken({ powerAuth, language: 'en' })
const controller = new AbortController()
await watchOperations(mobileToken, {
  intervalMs: 500,
  signal: controller.signal,
  onChange: ({ operations: [first] }) => {
    if (first === undefined) return
    controller.abort()
    console.log(`${first.form.title}: ${first.form.message}`)
  },
})
const { operations } = await mobileToken.list()
const [operation] = operations
if (operation !== undefined) {
  await mobileToken.authorize(operation, possessionWithPassword(pin))
  console.log(operation.form.resultTexts.success ?? 'Approved.')
}
