/**
 * schemathesis tries every API by its own OpenAPI document: no 5xx, no status, media type or body that the document does
 * not tell of, nothing refused that has the wrong credentials as if it had none.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { run } from './process.ts'
import { stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { strangersRoot, tools } from './tools.ts'

const seconds = 15

/**
 * unsupported_method: Fastify answers HEAD for every GET, which no document names. positive_data_acceptance: what a
 * schema cannot say (a Base64 that is a curve point, an id that exists) is refused with a documented 400.
 */
const excluded = 'unsupported_method,positive_data_acceptance'

async function nothingFound(document: string, ...access: readonly string[]): Promise<void> {
  const options = ['--seed', '1', '--workers', '1', '--max-time', String(seconds), '--generation-database', 'none']
  const { code, stdout, stderr } = await run(
    tools.schemathesis.path,
    ['run', `${document}/openapi.json`, ...options, '--exclude-checks', excluded, ...access],
    { cwd: join(strangersRoot, 'schemathesis'), timeoutSeconds: 6 * seconds },
  )
  assert.equal(code, 0, `${stdout}${stderr}`.slice(-8000))
}

const basic = ({ user, password }: { readonly user: string; readonly password: string }) =>
  ['--auth', `${user}:${password}`] as const

strangerTest('schemathesis finds nothing in CloudSigner Server', ['schemathesis'], async () => {
  const { signer } = await stack()
  await nothingFound(signer.url, ...basic(signer.basic))
})

strangerTest('schemathesis finds nothing in the orchestrator', ['schemathesis'], async () => {
  const { orchestrator } = await stack()
  await nothingFound(orchestrator.url, ...basic(orchestrator.basic))
})

strangerTest('schemathesis finds nothing in the private API of PowerAuth', ['schemathesis'], async () => {
  const { powerauth } = await stack()
  await nothingFound(powerauth.private, ...basic(powerauth.basic))
})

strangerTest('schemathesis finds nothing in the public API of PowerAuth', ['schemathesis'], async () => {
  const { powerauth } = await stack()
  await nothingFound(powerauth.public)
})

strangerTest('schemathesis finds nothing in the REST API of the CA', ['schemathesis'], async () => {
  const { ca } = await stack()
  const tls = ['--request-cert', ca.clientCert, '--request-cert-key', ca.clientKey, '--tls-verify', ca.tlsCa]
  await nothingFound(ca.rest, ...tls)
})
