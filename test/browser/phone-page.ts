/** The phone's app in a page of a phone's size, and what every test of it holds: no violation of policy, no error, axe. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { repositoryRoot } from '../tree.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const screens = join(repositoryRoot, 'out/screens')

const size = { width: 360, height: 740 }

export interface PhonePage {
  readonly page: Page
  /** Enters digits on the keypad. */
  enterPin(pin: string): Promise<void>
  press(name: string | RegExp): Promise<void>
  heading(name: string | RegExp): Promise<void>
  /** Keeps a picture of the screen, and holds it to WCAG 2.2 AA as far as axe can judge. */
  looksGood(name: string): Promise<void>
  /** Nothing was refused by the Content-Security-Policy, went elsewhere, or was an error of a script. */
  assertClean(): void
}

export async function openPhonePage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<PhonePage> {
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'en-GB',
    ...options,
  })
  const page = await context.newPage()
  const faults: string[] = []
  const origin = new URL(url).origin
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // A refused call of an API is logged by the browser itself, and is not a fault of the page.
    if (message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(blob|data):/.test(request.url())) faults.push(`asks ${request.url()}`)
  })
  await page.goto(url)
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' }).click()
  return {
    page,
    press,
    async enterPin(pin) {
      const pad = page.locator('fieldset.pin:not([disabled])').last()
      for (const digit of pin) await pad.getByRole('button', { name: digit, exact: true }).click()
    },
    heading: (name) =>
      page
        .getByRole('heading', { name, exact: typeof name === 'string' })
        .first()
        .waitFor(),
    async looksGood(name) {
      await mkdir(screens, { recursive: true })
      await page.screenshot({ path: join(screens, `${name}.png`) })
      // Bars that stick would cover targets that are there once one scrolls; a document's end is not to be seen early.
      const isDocument = (await page.locator('.pages').count()) > 0
      if (!isDocument) await page.setViewportSize({ ...size, height: 1600 })
      const found = await violations(page)
      await page.setViewportSize(size)
      assert.deepEqual(found, [], `axe on ${name}`)
    },
    assertClean() {
      assert.deepEqual(faults, [])
    },
  }
}

/** By the debugger, not by a script element: the page's policy allows none. */
async function violations(page: Page): Promise<readonly string[]> {
  const { readFile } = await import('node:fs/promises')
  await page.evaluate(await readFile(axePath, 'utf8'))
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const result = await axe.run({ runOnly: { type: 'tag', values: rules } })
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
  })
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly target: readonly string[] }[]
  }[]
}
