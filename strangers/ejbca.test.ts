/** An EJBCA client walks the CA's REST API over mutual TLS. */
import assert from 'node:assert/strict'
import { run } from './process.ts'
import { stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { tools } from './tools.ts'

interface Step {
  readonly step: string
  readonly ok: boolean
  readonly error?: string
}

async function walk(certificateProfile: string, endEntityProfile: string): Promise<void> {
  const { ca } = await stack()
  const where = ['-url', ca.rest, '-cert', ca.clientCert, '-key', ca.clientKey, '-ca', ca.tlsCa]
  const profiles = ['-certificate-profile', certificateProfile, '-end-entity-profile', endEntityProfile]
  const what = ['-ca-name', ca.caName, ...profiles, '-families', 'ca,certificate,access']
  const { code, stdout, stderr } = await run(tools.ejbcaClient.path, [...where, ...what])
  const steps: Step[] = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  assert.ok(steps.length > 20, `${stdout}${stderr}`)
  assert.deepEqual(
    steps.filter((step) => !step.ok),
    [],
  )
  assert.equal(code, 0, stderr)
}

strangerTest("the EJBCA client finds nothing wrong, with EJBCA's stock profiles", ['ejbcaClient'], () =>
  walk('ENDUSER', 'EMPTY'),
)

strangerTest('the EJBCA client finds nothing wrong, with the profiles of the ready file', ['ejbcaClient'], async () => {
  const { ca } = await stack()
  await walk(ca.certificateProfile, ca.endEntityProfile)
})
