/** The SDK's storage in a browser: IndexedDB under a key that cannot be read, and biometry by WebAuthn. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { addAuthenticator, browserTest, chromiumPath, launchChromium, openBundle } from './chromium.ts'

type Tested = typeof import('@cloudsigner/powerauth-sdk/browser') & typeof import('@cloudsigner/powerauth-sdk')
declare const tested: Tested

const contents = "export * from '@cloudsigner/powerauth-sdk/browser'\nexport * from '@cloudsigner/powerauth-sdk'"

let browser: Browser | undefined
let page: Page
before(async () => {
  if (chromiumPath === undefined) return
  browser = await launchChromium()
  page = await openBundle(browser, contents)
})
after(() => browser?.close())

browserTest('what is saved is loaded after a restart of the page, and gone once it is cleared', async () => {
  const load = () => page.evaluate(async () => (await tested.indexedDbStorage(globalThis).load())?.join())
  assert.equal(await load(), undefined)
  await page.evaluate(async () => {
    const storage = tested.indexedDbStorage(globalThis)
    await storage.save(Uint8Array.of(1, 2, 3))
    await storage.save(Uint8Array.of(4, 5, 6))
  })
  await page.reload()
  assert.equal(await load(), '4,5,6')
  await page.evaluate(() => tested.indexedDbStorage(globalThis).clear())
  assert.equal(await load(), undefined)
})

browserTest('two activations are two databases', async () => {
  const found = await page.evaluate(async () => {
    await tested.indexedDbStorage(globalThis, 'one').save(Uint8Array.of(1))
    return (await tested.indexedDbStorage(globalThis, 'two').load()) === undefined
  })
  assert.equal(found, true)
})

browserTest('the database holds no state in the clear, and its key does not leave the browser', async () => {
  const seen = await page.evaluate(async () => {
    const text = 'the state of an activation'
    await tested.indexedDbStorage(globalThis, 'sealed').save(new TextEncoder().encode(text))
    const entries = await new Promise<readonly unknown[]>((resolve, reject) => {
      const request = indexedDB.open('sealed')
      request.onerror = () => reject(request.error)
      request.onsuccess = () => {
        const all = request.result.transaction('entries').objectStore('entries').getAll()
        all.onsuccess = () => resolve(all.result)
      }
    })
    const key = entries.find((entry) => entry instanceof CryptoKey)
    if (key === undefined) throw new Error('there is no key')
    const exported = await crypto.subtle.exportKey('raw', key).then(String, (error) => error.name)
    const clear = entries.some((entry) => {
      const ciphertext = typeof entry === 'object' && entry !== null && 'ciphertext' in entry ? entry.ciphertext : ''
      return ciphertext instanceof Uint8Array && new TextDecoder('latin1').decode(ciphertext).includes('activation')
    })
    return { extractable: key.extractable, exported, clear }
  })
  assert.deepEqual(seen, { extractable: false, exported: 'InvalidAccessError', clear: false })
})

browserTest('a bit changed, a key exchanged or lost: storage_unreadable', async () => {
  const codes = await page.evaluate(async () => {
    type Change = (store: IDBObjectStore, state: { ciphertext: Uint8Array }) => void
    const damage = async (name: string, change: Change) => {
      const storage = tested.indexedDbStorage(globalThis, name)
      await storage.save(Uint8Array.of(1, 2, 3))
      const otherKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['decrypt'])
      await new Promise<void>((resolve) => {
        const request = indexedDB.open(name)
        request.onsuccess = () => {
          const transaction = request.result.transaction('entries', 'readwrite')
          const store = transaction.objectStore('entries')
          const state = store.get('state')
          state.onsuccess = () => {
            if (name === 'exchanged') store.put(otherKey, 'key')
            change(store, state.result)
          }
          transaction.oncomplete = () => {
            request.result.close()
            resolve()
          }
        }
      })
      return storage.load().then(String, (error) => error.code)
    }
    return [
      await damage('changed', (store, state) => {
        state.ciphertext[0] = (state.ciphertext[0] ?? 0) ^ 1
        store.put(state, 'state')
      }),
      await damage('exchanged', () => undefined),
      await damage('lost', (store) => store.delete('key')),
    ]
  })
  assert.deepEqual(codes, ['storage_unreadable', 'storage_unreadable', 'storage_unreadable'])
})

browserTest('the biometry key lies behind the authenticator, and only a verified person opens it', async () => {
  const authenticator = await addAuthenticator(page, { hasPrf: true })
  assert.equal(await page.evaluate(() => tested.findWebAuthnPrf(globalThis)), true)
  const call = (what: 'save' | 'load' | 'clear') =>
    page.evaluate(async (name) => {
      const store = tested.webAuthnBiometry({
        ...{ indexedDB, crypto, credentials: navigator.credentials, application: 'CloudSigner', person: 'Alice' },
      })
      const result = name === 'save' ? store.save(Uint8Array.of(7, 8, 9)) : store[name]()
      return result.then(
        (key) => key?.join() ?? 'nothing',
        (error) => error.code,
      )
    }, what)
  assert.equal(await call('load'), 'nothing')
  assert.equal(await call('save'), 'nothing')
  await page.reload()
  assert.equal(await call('load'), '7,8,9')
  await authenticator.recognise(false)
  assert.equal(await call('load'), 'biometry_refused')
  await call('clear')
  assert.equal(await call('load'), 'nothing')
})

browserTest('an authenticator without prf keeps no key', async () => {
  const other = await page.context().newPage()
  await other.goto(page.url())
  await addAuthenticator(other, { hasPrf: false })
  const code = await other.evaluate(async () => {
    const options = { indexedDB, crypto, credentials: navigator.credentials, application: 'CloudSigner', person: 'Bob' }
    return tested
      .webAuthnBiometry({ ...options, name: 'without' })
      .save(Uint8Array.of(1))
      .then(String, (error) => error.code)
  })
  assert.equal(code, 'biometry_unavailable')
})
