/** A real Chromium for the browser tests, where this machine has one; elsewhere they say so and are skipped by name. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { build } from 'esbuild'
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']

/** CLOUDSIGNER_CHROMIUM names another. */
export const chromiumPath = [process.env.CLOUDSIGNER_CHROMIUM ?? '', ...places].find((path) => path && existsSync(path))

const without = 'no Chromium here: install one (apt-get install chromium), or name it by CLOUDSIGNER_CHROMIUM'

export function browserTest(name: string, run: (t: TestContext) => Promise<void>): void {
  test(name, chromiumPath === undefined ? { skip: without } : {}, run)
}

export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? '', headless: true, ...options })
}

/** A page of an origin of its own, with what `contents` exports as `globalThis.tested`. Paths count from this folder. */
export async function openBundle(browser: Browser, contents: string): Promise<Page> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'tested',
    target: 'es2024',
  })
  const script = outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    const isScript = request.url === '/tested.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? script : '<!doctype html><title>tested</title><script src="/tested.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const context = await browser.newContext()
  browser.once('disconnected', () => server.close())
  const page = await context.newPage()
  // WebAuthn and WebCrypto want a secure context with a name: localhost is one.
  await page.goto(`http://localhost:${port}/`)
  return page
}

/** A phone's fingerprint reader, for the page: verified people, and the `prf` extension where asked for. */
export async function addAuthenticator(page: Page, options: { readonly hasPrf: boolean }) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  })
  return {
    recognise: (isUserVerified: boolean) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}
