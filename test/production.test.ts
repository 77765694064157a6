/** The stack in production mode: an authorization server's tokens open its doors, and HTTP Basic opens none. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createBankClient, OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { createSignerClient, SignerApiError } from '@cloudsigner/clients/signer'
import { systemClock } from '@cloudsigner/service'
import { startAuthorizationServer, type TestAuthorizationServer } from '@cloudsigner/service/testing'
import { type RunningUp, spawnUp, startUp } from '../apps/cli/test/up/up-process.ts'
import { enrolledCustomer, signed } from './customers.ts'

const [signerAudience, bankAudience] = ['cloudsigner-signer', 'cloudsigner-orchestrator']
const contract = new Uint8Array(await readFile(new URL('../examples/current-account.pdf', import.meta.url)))
let directory = ''
let authority: TestAuthorizationServer
let up: RunningUp

const environment = () => ({
  CLOUDSIGNER_MODE: 'production',
  CLOUDSIGNER_OAUTH_ISSUER: authority.issuer,
  CLOUDSIGNER_OAUTH_JWKS_URI: authority.jwksUri,
  CLOUDSIGNER_OAUTH_TOKEN_URI: authority.tokenUri,
  CLOUDSIGNER_OAUTH_CLIENT_ID: authority.clientId,
  CLOUDSIGNER_OAUTH_CLIENT_SECRET: authority.clientSecret,
})

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloudsigner-production-'))
  authority = await startAuthorizationServer(signerAudience, systemClock)
  up = await startUp(directory, [], 'ready.json', environment())
})

after(async () => {
  up?.child.kill('SIGKILL')
  await up?.ended
  await authority.close()
  await rm(directory, { recursive: true, force: true })
})

const bearer = async (aud: string) => `Bearer ${await authority.token({ aud })}`

test('it does not start without an issuer of tokens', async () => {
  const alone = spawnUp(['--data', join(directory, 'other')], { CLOUDSIGNER_MODE: 'production' })
  assert.equal((await alone.ended).code, 1)
  assert.match(alone.output(), /nobody could call the service/)
})

test('a document is signed with tokens alone, the bank getting its own for the signer', async () => {
  const { signer, orchestrator, ca } = up.ready
  const stack = {
    ca: { trustRoot: await readFile(ca.trustRoot, 'utf8') },
    signer: createSignerClient({ baseUrl: signer.url, authorization: () => bearer(signerAudience) }),
    bank: createBankClient({ baseUrl: orchestrator.url, authorization: () => bearer(bankAudience) }),
    orchestratorUrl: orchestrator.url,
  }
  const alice = await enrolledCustomer(stack, 'alice')
  assert.ok(authority.asked > 0, 'the orchestrator asked for a token of its own')
  assert.ok((await signed(stack, alice, contract)).length > contract.length)
})

test('Basic, and tokens for another service, open nothing; the ready file tells no password', async () => {
  const { signer, orchestrator } = up.ready
  assert.equal(signer.basic, undefined)
  assert.equal(orchestrator.basic, undefined)
  const credentials = JSON.parse(await readFile(join(directory, 'data', 'credentials.json'), 'utf8'))
  const basic = ({ user, password }: { user: string; password: string }) => `Basic ${btoa(`${user}:${password}`)}`
  for (const authorization of [basic(credentials.signer), await bearer(bankAudience)]) {
    const client = createSignerClient({ baseUrl: signer.url, authorization: () => authorization })
    await assert.rejects(client.getSigner('x'), (error) => error instanceof SignerApiError && error.status === 401)
  }
  for (const authorization of [basic(credentials.orchestrator), await bearer(signerAudience)]) {
    const client = createBankClient({ baseUrl: orchestrator.url, authorization: () => authorization })
    await assert.rejects(client.getUser('x'), (error) => error instanceof OrchestratorApiError && error.status === 401)
  }
})
