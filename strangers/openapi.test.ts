/**
 * schemathesis tries every API by its own OpenAPI document: no 5xx, no status, media type or body that the document does
 * not tell of, nothing given to who lacks the credentials that it names. `schemathesis.toml` says what is left out and why.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { run } from './process.ts'
import { guardedPowerAuth, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { strangersRoot, tools } from './tools.ts'

const seconds = 15

async function nothingFound(document: string, ...access: readonly string[]): Promise<void> {
  const config = join(import.meta.dirname, 'schemathesis.toml')
  const { code, stdout, stderr } = await run(
    tools.schemathesis.path,
    ['--config-file', config, 'run', `${document}/openapi.json`, '--max-time', String(seconds), ...access],
    { cwd: join(strangersRoot, 'schemathesis'), timeoutSeconds: 6 * seconds },
  )
  // It shows what it sent, which may be as long as what it found.
  const said = `${stdout}${stderr}`.replaceAll(/^.{500,}$/gm, (line) => `${line.slice(0, 500)} …`)
  assert.equal(code, 0, said.slice(-8000))
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
  const { powerauth } = await guardedPowerAuth()
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

strangerTest('schemathesis finds nothing in what the CA publishes to everybody', ['schemathesis'], async () => {
  const { tsa } = await stack()
  await nothingFound(new URL(tsa).origin)
})
