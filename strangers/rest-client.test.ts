/** Banks' back ends call the private API with a client of Java's world: each published line of it, by its own models. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createDevice, pin, privateApi, signBytes } from './device.ts'
import { member, text } from './http.ts'
import { once } from './lifetime.ts'
import { type RestClient, restClient, restClientLines } from './rest-client.ts'
import { guardedPowerAuth, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'

const lines = Object.keys(restClientLines) as (keyof typeof restClientLines)[]

/** Members of `answered`, null ones left out, that the model does not give back as they were. */
function forgotten(answered: unknown, modelled: unknown, path = ''): string[] {
  if (answered === null) return []
  if (typeof answered !== 'object') return answered === modelled ? [] : [`${path}: ${modelled}, not ${answered}`]
  return Object.entries(answered).flatMap(([key, value]) =>
    forgotten(value, Object(modelled)[key], path === '' ? key : `${path}.${key}`),
  )
}

async function newApplication(client: RestClient): Promise<string> {
  const applicationId = `bank-${randomUUID()}`
  await client.call('createApplication', { applicationId })
  return applicationId
}

for (const line of lines) {
  const java = ['java', restClientLines[line]] as const
  const openClient = once(async () => restClient(line, (await stack()).powerauth.private))
  /** Reads by the client and by hand; the model must lose nothing. */
  const readBoth = async (method: string, path: string, request: object, unstable: readonly string[] = []) => {
    const modelled = await (await openClient()).call(method, request)
    const lost = forgotten(await privateApi(path, request), modelled)
    assert.deepEqual(
      lost.filter((member) => !unstable.some((name) => member.startsWith(name))),
      [],
      method,
    )
    return modelled
  }

  strangerTest(`Java REST client ${line}: applications, their versions and roles`, java, async () => {
    const client = await openClient()
    assert.equal(text(await client.call('getSystemStatus'), 'status'), 'OK')
    const applicationId = await newApplication(client)
    assert.equal(await client.refusal('createApplication', { applicationId }), 'ERR0043')
    const version = { applicationId, applicationVersionId: 'second' }
    const made = await client.call('createApplicationVersion', version)
    assert.equal(member(await client.call('unsupportApplicationVersion', version), 'supported'), false)
    assert.equal(member(await client.call('supportApplicationVersion', version), 'supported'), true)
    await client.call('addApplicationRoles', { applicationId, applicationRoles: ['ISSUER', 'SIGNER'] })
    await client.call('removeApplicationRoles', { applicationId, applicationRoles: ['ISSUER'] })

    const detail = await readBoth('getApplicationDetail', '/application/detail', { applicationId })
    assert.deepEqual(member(detail, 'applicationRoles'), ['SIGNER'])
    assert.equal(text(detail, 'versions', 1, 'applicationKey'), text(made, 'applicationKey'))
    assert.match(JSON.stringify(await client.call('getApplicationList')), new RegExp(applicationId))
    const byKey = { applicationKey: text(made, 'applicationKey') }
    assert.equal(text(await client.call('lookupApplicationByAppKey', byKey), 'applicationId'), applicationId)
  })

  strangerTest(`Java REST client ${line}: callback URLs, as the models have them`, java, async () => {
    const client = await openClient()
    const applicationId = await newApplication(client)
    const url = {
      applicationId,
      name: 'bank',
      type: 'ACTIVATION_STATUS_CHANGE',
      callbackUrl: 'https://bank.example/callbacks',
      attributes: ['userId', 'activationStatus'],
      authentication: {
        httpBasic: { enabled: false, username: 'bank', password: 'secret' },
        oauth2: { enabled: true, tokenUri: 'https://as.example/token', clientId: 'pa', clientSecret: 'secret' },
      },
      retentionPeriod: 'P7D',
      initialBackoff: 'PT2.5S',
      maxAttempts: 4,
    }
    const id = text(await client.call('createCallbackUrl', url), 'id')
    // A secret that is left out stays; the model writes it as null.
    const oauth2 = { enabled: true, tokenUri: 'https://as.example/token', clientId: 'pa' }
    const httpBasic = { enabled: false, username: 'bank' }
    const authentication = { oauth2, httpBasic }
    const updated = await client.call('updateCallbackUrl', { ...url, id, name: 'renamed', authentication })
    assert.equal(text(updated, 'retentionPeriod'), 'PT168H')
    assert.equal(member(updated, 'authentication', 'httpBasic', 'passwordSet'), true)
    assert.equal(member(updated, 'authentication', 'oauth2', 'clientSecretSet'), true)
    // By hand: the client's own method of the list takes no model.
    const listed = await privateApi('/application/callback/list', { applicationId })
    assert.deepEqual(forgotten(member(listed, 'callbackUrlList', 0), updated), [])
    assert.equal(await client.refusal('createCallbackUrl', { ...url, callbackUrl: 'bank' }), 'ERR0014')
    assert.equal(await client.refusal('createCallbackUrl', { ...url, applicationId: 'nobody' }), 'ERR0015')
    assert.equal(await client.refusal('updateCallbackUrl', { ...url, id: 'x' }), 'ERR0024')
    assert.equal(member(await client.call('removeCallbackUrl', { id }), 'removed'), true)
    assert.equal(member(await client.call('removeCallbackUrl', { id }), 'removed'), false)
  })

  strangerTest(`Java REST client ${line}: an activation, initialised and removed`, java, async () => {
    const client = await openClient()
    const applicationId = await newApplication(client)
    const userId = `user-${randomUUID()}`
    const timestampActivationExpire = new Date(Date.now() + 3_600_000).toISOString()
    const order = { userId, applicationId, maxFailureCount: 3, flags: ['VIP'], timestampActivationExpire }
    const made = await client.call('initActivation', order)
    const activationId = text(made, 'activationId')
    const changing = ['encryptedStatusBlob', 'activationSignature']
    const status = await readBoth('getActivationStatus', '/activation/status', { activationId }, changing)
    assert.equal(text(status, 'activationStatus'), 'CREATED')
    assert.equal(text(status, 'activationCode'), text(made, 'activationCode'))
    assert.deepEqual(member(status, 'activationFlags'), ['VIP'])
    const listed = await readBoth('getActivationListForUser', '/activation/list', { userId, applicationId })
    assert.equal(text(listed, 'activations', 0, 'activationId'), activationId)

    assert.equal(await client.refusal('commitActivation', { activationId }), 'ERR0008')
    assert.equal(member(await client.call('removeActivation', { activationId }), 'removed'), true)
    assert.equal(text(await client.call('getActivationStatus', { activationId }), 'activationStatus'), 'REMOVED')
    const absent = { activationId: randomUUID() }
    assert.equal(text(await client.call('getActivationStatus', absent), 'activationStatus'), 'REMOVED')
    assert.equal(await client.refusal('removeActivation', absent), 'ERR0009')
  })

  strangerTest(
    `Java REST client ${line}: commits, blocks and asks after what the genuine phone activated`,
    [...java, 'powerauthClient'],
    async () => {
      const client = await openClient()
      const device = await createDevice()
      const { activationId } = device
      assert.equal(member(await client.call('commitActivation', { activationId }), 'activated'), true)
      await client.call('addActivationFlags', { activationId, activationFlags: ['A', 'B'] })
      await client.call('removeActivationFlags', { activationId, activationFlags: ['A'] })
      const blocked = await client.call('blockActivation', { activationId, reason: 'STOLEN' })
      assert.equal(text(blocked, 'blockedReason'), 'STOLEN')
      assert.equal(text(await client.call('unblockActivation', { activationId }), 'activationStatus'), 'ACTIVE')
      const changing = ['encryptedStatusBlob']
      const status = await readBoth('getActivationStatus', '/activation/status', { activationId }, changing)
      assert.deepEqual(member(status, 'activationFlags'), ['B'])
      assert.match(text(status, 'devicePublicKeyFingerprint'), /^\d{8}$/)

      const data = Buffer.from('what the device signs')
      const signature = await signBytes(device, data)
      const valid = async (signed: Buffer) => {
        const request = { activationId, data: signed.toString('base64'), signature }
        return member(await client.call('verifyECDSASignature', request), 'signatureValid')
      }
      assert.deepEqual([await valid(data), await valid(Buffer.from('another'))], [true, false])

      await device.run('sign', {
        u: `${(await stack()).powerauth.public}/pa/v3/signature/validate`,
        E: '/pa/signature/validate',
        t: 'GET',
        l: 'possession_knowledge',
        p: `${pin}0`,
      })
      const period = { timestampFrom: '2020-01-01T00:00:00.000Z', timestampTo: '2100-01-01T00:00:00.000Z' }
      const codes = { userId: device.userId, applicationId: device.applicationId, ...period }
      const audited = await readBoth('getSignatureAuditLog', '/signature/list', codes)
      assert.deepEqual(
        [0, 1].map((index) => [text(audited, 'items', index, 'note'), member(audited, 'items', index, 'valid')]),
        [
          ['signature_does_not_match', false],
          ['signature_ok', true],
        ],
      )
      assert.equal(text(audited, 'items', 1, 'additionalInfo', 0, 'key'), 'VAULT_UNLOCKED_REASON')
      const history = await readBoth('getActivationHistory', '/activation/history', { activationId, ...period })
      assert.match(JSON.stringify(history), /STOLEN/)
    },
  )

  strangerTest(`Java REST client ${line}: operations from template to their end`, java, async () => {
    const client = await openClient()
    const applicationId = await newApplication(client)
    const userId = `user-${randomUUID()}`
    const templateName = `payment-${randomUUID()}`
    const fields = {
      operationType: 'payment',
      signatureType: ['POSSESSION_KNOWLEDGE'],
      maxFailureCount: 1,
      expiration: 300,
      riskFlags: 'XC',
    }
    const dataTemplate = `A1*A\${amount}CZK`
    const template = await client.call('createOperationTemplate', { templateName, dataTemplate, ...fields })
    const id = member(template, 'id')
    await client.call('updateOperationTemplate', { id, dataTemplate, ...fields, riskFlags: 'F' })
    const detail = await readBoth('operationTemplateDetail', '/operation/template/detail', { id })
    assert.equal(text(detail, 'riskFlags'), 'F')
    assert.match(JSON.stringify(await client.call('operationTemplateList')), new RegExp(templateName))

    const order = { userId, applications: [applicationId], templateName, parameters: { amount: '100' } }
    const create = async () => {
      const made = await client.call('createOperation', {
        ...order,
        externalId: randomUUID(),
        additionalData: { n: 1 },
      })
      assert.equal(text(made, 'data'), 'A1*A100CZK')
      return text(made, 'id')
    }
    const [approved, rejected, canceled, failed] = [await create(), await create(), await create(), await create()]
    const by = { userId, applicationId }
    const approval = { ...by, operationId: approved, signatureType: 'POSSESSION_KNOWLEDGE' }
    const otherData = await client.call('operationApprove', { ...approval, operationId: failed, data: 'A1*A999CZK' })
    assert.equal(text(otherData, 'result'), 'OPERATION_FAILED')
    assert.equal(text(await client.call('operationApprove', { ...approval, data: 'A1*A100CZK' }), 'result'), 'APPROVED')
    assert.equal(text(await client.call('operationReject', { ...by, operationId: rejected }), 'result'), 'REJECTED')
    assert.equal(await client.refusal('operationReject', { ...by, operationId: approved }), 'ERR0038')
    const pending = { userId, applications: [applicationId], pageNumber: 0, pageSize: 10 }
    const waiting = await readBoth('operationPendingList', '/operation/list/pending', pending)
    assert.equal(text(waiting, 0, 'id'), canceled)
    const cancellation = { operationId: canceled, statusReason: 'TOO_LATE' }
    assert.equal(text(await client.call('operationCancel', cancellation), 'status'), 'CANCELED')

    const all = await readBoth('operationList', '/operation/list', { userId, applications: [applicationId] })
    const statusOf = (operation: string) =>
      text(
        (all as readonly unknown[]).find((one) => text(one, 'id') === operation),
        'status',
      )
    assert.deepEqual([approved, rejected, canceled, failed].map(statusOf), [
      'APPROVED',
      'REJECTED',
      'CANCELED',
      'FAILED',
    ])
    const one = await readBoth('operationDetail', '/operation/detail', { operationId: canceled })
    assert.equal(text(one, 'statusReason'), 'TOO_LATE')
    await client.call('removeOperationTemplate', { id })
    assert.equal(await client.refusal('operationTemplateDetail', { id }), 'ERR0033')
  })

  strangerTest(`Java REST client ${line}: by credentials only, which it can make and take away`, java, async () => {
    const { powerauth } = await guardedPowerAuth()
    const bank = restClient(line, powerauth.private, powerauth.basic)
    const made = await bank.call('createIntegration', { name: `branch-${line}` })
    const credentials = { user: text(made, 'clientToken'), password: text(made, 'clientSecret') }
    const branch = restClient(line, powerauth.private, credentials)
    const applicationId = await newApplication(branch)
    assert.match(JSON.stringify(await bank.call('getApplicationList')), new RegExp(applicationId))
    await bank.call('removeIntegration', { id: text(made, 'id') })
    assert.match(await branch.fault('getApplicationList'), /401/)
  })
}
