/** A running stack as `npm start` gives it, and what the bank does while a person holds the phone. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import { createPowerAuthPrivateClient, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { pemToDer } from '@cloudsigner/pki'
import { startUp } from '../../apps/cli/test/up/up-process.ts'

export interface BankSide {
  readonly folder: string
  readonly bank: BankClient
  readonly powerAuth: PowerAuthPrivateClient
  /** By a name: WebAuthn refuses addresses. */
  readonly appUrl: string
  readonly trustRoot: Uint8Array
  /** A customer with an activation code. */
  newCustomer(
    userId: string,
  ): Promise<{ readonly activationId: string; readonly qrCode: string; readonly code: string }>
  /** One of the examples, handed in for the customer; answers its identifier. */
  handIn(userId: string, example: string, name: string): Promise<string>
  stop(): Promise<void>
}

export async function startBankSide(): Promise<BankSide> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudsigner-browser-'))
  const { ready, child, ended } = await startUp(folder)
  const { user, password } = ready.orchestrator.basic
  const bank = createBankClient({
    baseUrl: ready.orchestrator.url,
    authorization: () => `Basic ${btoa(`${user}:${password}`)}`,
  })
  const { private: baseUrl, basic: credentials } = ready.powerauth
  return {
    folder,
    bank,
    powerAuth: createPowerAuthPrivateClient({ baseUrl, credentials }),
    appUrl: ready.app.url.replace('127.0.0.1', 'localhost'),
    trustRoot: pemToDer(await readFile(ready.ca.trustRoot, 'utf8')),
    async newCustomer(userId) {
      const identity = { type: 'PNO', value: '8001011234' } as const
      await bank.createUser({ userId, givenName: 'Alice', surname: 'Nováková', country: 'CZ', identity })
      const { activationId, qrCode, activationCode } = await bank.startActivation(userId)
      return { activationId, qrCode, code: activationCode }
    },
    async handIn(userId, example, name) {
      const file = await readFile(new URL(`../../examples/${example}.pdf`, import.meta.url))
      const { documentId } = await bank.createDocument(userId, { name, fileName: `${example}.pdf`, file })
      return documentId
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
