/** A customer of the reference bank whose phone is the genuine PowerAuth client: it calls the bank's API for phones. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { activate, type Device, privateApi } from './device.ts'
import { type Answer, basic, postJson, request, text } from './http.ts'
import { logged, succeeded } from './powerauth-client.ts'
import { stack } from './stack.ts'

/** A call of the bank's own side. */
export async function bank(path: string, body?: unknown): Promise<Answer> {
  const { url, basic: credentials } = (await stack()).orchestrator
  return body === undefined
    ? request(`${url}${path}`, { headers: basic(credentials) })
    : postJson(`${url}${path}`, body, credentials)
}

async function well(answer: Promise<Answer>): Promise<unknown> {
  const { status, body } = await answer
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** Known to the bank, activated and committed; not enrolled. */
export async function bankCustomer(): Promise<Device> {
  const userId = `alice-${randomUUID().slice(0, 8)}`
  const identity = { type: 'IDC', value: '998877665' }
  await well(bank('/users', { userId, givenName: 'Alice', surname: 'Novak', country: 'CZ', identity }))
  const application = await well(bank('/application'))
  const applicationId = text(application, 'applicationId')
  const detail = await privateApi('/application/detail', { applicationId })
  const device = await activate({
    applicationId,
    applicationKey: text(detail, 'versions', 0, 'applicationKey'),
    userId,
    values: { mobileSdkConfig: text(application, 'mobileSdkConfig') },
    activation: await well(bank(`/users/${userId}/activations`, {})),
  })
  await well(bank(`/users/${userId}/activations/${device.activationId}/commit`, {}))
  return device
}

/** The id of a document that the bank handed in for this customer. */
export async function handInAtBank({ userId }: Device, path: string): Promise<string> {
  const { url, basic: credentials } = (await stack()).orchestrator
  const query = new URLSearchParams({ name: basename(path), fileName: basename(path) })
  const headers = { ...basic(credentials), 'content-type': 'application/pdf' }
  const call = { method: 'POST', headers, body: await readFile(path) }
  return text(await well(request(`${url}/users/${userId}/documents?${query}`, call)), 'documentId')
}

/**
 * A call of the bank's API for phones, with the client's code over method, path and body: its step stops before it sends
 * (it keeps of an answer only what PowerAuth's own envelope has), and the request is sent with the header that it made.
 */
export async function callBank(
  device: Device,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  pin?: string,
): Promise<Answer> {
  const { url } = (await stack()).orchestrator
  const text = body === undefined ? '' : JSON.stringify(body)
  await writeFile(device.file('call'), text)
  const call = { u: `${url}${path}`, E: path, t: method, l: 'possession_knowledge', d: device.file('call'), y: '' }
  const made = await device.run('sign', { ...call, ...(pin !== undefined && { p: pin }) })
  const name = 'X-PowerAuth-Authorization'
  const code = logged(made, name)
  assert.ok(succeeded(made) && typeof code === 'string', JSON.stringify(made.log.slice(-3)))
  const headers = { [name]: code, 'content-type': 'application/json' }
  return request(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: text }) })
}

export async function callBankWell(
  device: Device,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  return well(callBank(device, method, path, body))
}
