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

strangerTest(
  'the EJBCA client finds nothing wrong with the CA, certificate and access families',
  ['ejbcaClient'],
  async () => {
    const { ca } = await stack()
    const where = ['-url', ca.rest, '-cert', ca.clientCert, '-key', ca.clientKey, '-ca', ca.tlsCa]
    // EJBCA's stock profiles: the client's subject is a common name alone, which is no person's (EN 319 412-2 §4.2.4).
    const what = ['-ca-name', ca.caName, '-certificate-profile', 'ENDUSER', '-end-entity-profile', 'EMPTY']
    const walk = ['-families', 'ca,certificate,access']
    const { code, stdout, stderr } = await run(tools.ejbcaClient.path, [...where, ...what, ...walk])
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
  },
)
