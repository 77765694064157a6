import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { systemClock } from '@cloudsigner/service'
import { startPowerAuth } from './running-powerauth.ts'

const example = join(import.meta.dirname, '../../../../packages/mobile-token-sdk/examples/approve.ts')

test('the example of the Mobile Token SDK runs', async () => {
  const server = await startPowerAuth()
  try {
    server.clock.set(systemClock.now())
    const { client, publicUrl } = server
    const mobileSdkConfig = await server.createApplication('example')
    await client.createOperationTemplate(cloudSignatureTemplate)
    const { activationCode, activationId } = await client.initActivation({ userId: 'alice', applicationId: 'example' })
    const running = promisify(execFile)(process.execPath, [example, mobileSdkConfig, publicUrl, activationCode, '1234'])
    while ((await client.getActivationStatus({ activationId })).activationStatus === 'CREATED') await setTimeout(50)
    await client.commitActivation({ activationId })
    const { id } = await client.createOperation({
      userId: 'alice',
      applications: ['example'],
      templateName: cloudSignatureTemplate.templateName,
      parameters: { documentName: 'loan.pdf' },
    })
    const { stdout } = await running
    assert.match(stdout, /Sign document: You are about to sign loan\.pdf\.\nThe document is signed\./)
    assert.equal((await client.operationDetail({ operationId: id })).status, 'APPROVED')
  } finally {
    await server.close()
  }
})
