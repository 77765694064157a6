/** A device that runs the genuine PowerAuth client, and a person who signs documents with it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Answer, basic, postJson, request, text } from './http.ts'
import { once } from './lifetime.ts'
import { logged, powerAuthClient, type StepOptions, type StepOutcome, succeeded } from './powerauth-client.ts'
import { type Stack, scratch, stack } from './stack.ts'

export const pin = '1234'
/** What EN 319 412-2 §4.2.4 asks of a natural person's subject; the CA adds a serial number. */
export const aliceNovak = 'CN=Alice Novak,GIVENNAME=Alice,SURNAME=Novak,C=CZ'

/** A call of PowerAuth's private API, without credentials: the stack was started with `--open-private-api`. */
export async function privateApi(path: string, requestObject: unknown): Promise<unknown> {
  const { powerauth } = await stack()
  const answer = await postJson(`${powerauth.private}/rest/v3${path}`, { requestObject })
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`)
  const { responseObject } = answer.body as { responseObject: unknown }
  return responseObject
}

export interface Device {
  readonly applicationId: string
  readonly applicationKey: string
  readonly activationId: string
  readonly userId: string
  /** What `activation/create` answered and the client logged. */
  readonly created: StepOutcome
  /** Runs a step of the client as this device; `u` is filled with the public URL unless given. */
  run(method: string, options?: StepOptions): Promise<StepOutcome>
  /** Path of a scratch file of this device. */
  file(name: string): string
}

export interface DeviceOptions {
  readonly maxFailureCount?: number
  /** How the client learns of the application: its SDK configuration string, or the values one by one. */
  readonly config?: 'mobileSdkConfig' | 'values'
}

/** Application, activation code, key exchange: the activation is PENDING_COMMIT. */
export async function createDevice(options: DeviceOptions = {}): Promise<Device> {
  const id = randomUUID()
  const applicationId = `strangers-${id}`
  const userId = `alice-${id.slice(0, 8)}`
  await privateApi('/application/create', { applicationId })
  const detail = await privateApi('/application/detail', { applicationId })
  const applicationKey = text(detail, 'versions', 0, 'applicationKey')
  const values: StartedActivation['values'] =
    options.config === 'values'
      ? {
          applicationKey,
          applicationSecret: text(detail, 'versions', 0, 'applicationSecret'),
          masterPublicKey: text(detail, 'masterPublicKey'),
        }
      : { mobileSdkConfig: text(detail, 'versions', 0, 'mobileSdkConfig') }
  const activation = await privateApi('/activation/init', {
    userId,
    applicationId,
    maxFailureCount: options.maxFailureCount ?? 5,
  })
  return activate({ applicationId, applicationKey, userId, values, activation })
}

/** What somebody who starts an activation knows of it. */
export interface StartedActivation {
  readonly applicationId: string
  readonly applicationKey: string
  readonly userId: string
  /** Of the client's configuration. */
  readonly values: Readonly<Record<string, string>>
  /** With `activationId` and `activationCode`. */
  readonly activation: unknown
}

/** The key exchange: the activation is PENDING_COMMIT. */
export async function activate({ values, activation, ...known }: StartedActivation): Promise<Device> {
  const { powerauth } = await stack()
  const folder = await scratch()
  const id = randomUUID()
  const file = (name: string) => join(folder, `${id}.${name}`)
  await writeFile(file('config.json'), JSON.stringify({ applicationName: 'Strangers', ...values }))
  const run = async (method: string, given: StepOptions = {}) => {
    const client = await powerAuthClient()
    const common = { v: '3.3', u: powerauth.public, c: file('config.json'), s: file('state.json'), p: pin }
    return client.run(method, { ...common, ...given })
  }
  const created = await run('create', { a: text(activation, 'activationCode') })
  assert.ok(succeeded(created), `activation: ${JSON.stringify(created.log.slice(-2))}`)
  const activationId = text(activation, 'activationId')
  return { ...known, activationId, created, run, file }
}

export async function commit(device: Device): Promise<void> {
  await privateApi('/activation/commit', { activationId: device.activationId })
}

/** The CSR of the device's key, signed by it through the vault. */
export async function certificationRequest(device: Device, subject: string): Promise<string> {
  const made = await device.run('csr', { N: subject, O: device.file('request.pem') })
  assert.ok(succeeded(made), `csr: ${JSON.stringify(made.log.slice(-2))}`)
  return readFile(device.file('request.pem'), 'utf8')
}

export async function enrol(device: Device, csr: string): Promise<Answer> {
  const { signer } = await stack()
  const body = { signerId: device.activationId, userId: device.userId, csr }
  return postJson(`${signer.url}/signers`, body, signer.basic)
}

/** A device whose holder has a certificate: one for all tests that only need signatures. */
export const enrolledDevice = once(async () => {
  const device = await createDevice()
  await commit(device)
  const answer = await enrol(device, await certificationRequest(device, aliceNovak))
  assert.equal(answer.status, 200, `POST /signers: ${JSON.stringify(answer.body)}`)
  return device
})

/** `visualSignature` is the part of that name. */
export async function upload(device: Device, path: string, visualSignature?: unknown): Promise<Answer> {
  const { signer } = await stack()
  const form = new FormData()
  form.set('signerId', device.activationId)
  form.set('externalId', randomUUID())
  form.set('name', basename(path))
  form.set('file', new Blob([await readFile(path)], { type: 'application/pdf' }), basename(path))
  if (visualSignature !== undefined) form.set('visualSignature', JSON.stringify(visualSignature))
  return request(`${signer.url}/documents`, { method: 'POST', headers: basic(signer.basic), body: form })
}

export interface DeviceSignature {
  /** Base64 DER ECDSA. */
  readonly signature: string
  /** Base64 SubjectPublicKeyInfo of the key that made it. */
  readonly publicKey: string
}

export async function signAsymmetric(device: Device, bytes: Uint8Array): Promise<DeviceSignature> {
  await writeFile(device.file('hash'), bytes)
  const made = await device.run('sign-asymmetric', { d: device.file('hash'), O: device.file('signature') })
  assert.ok(succeeded(made), `sign-asymmetric: ${JSON.stringify(made.log.slice(-2))}`)
  const signature = await readFile(device.file('signature'), 'utf8')
  return { signature, publicKey: String(logged(made, 'publicKey')) }
}

/** The device's signature, Base64 DER ECDSA, over the bytes. */
export async function signBytes(device: Device, bytes: Uint8Array): Promise<string> {
  return (await signAsymmetric(device, bytes)).signature
}

export interface SignOptions {
  readonly visualSignature?: unknown
  readonly signatureLevel?: 'PADES_B_B' | 'PADES_B_T'
}

/** Upload, device signature, download: the signed file's bytes. */
export async function sign(device: Device, path: string, options: SignOptions = {}): Promise<Uint8Array> {
  const uploaded = await upload(device, path, options.visualSignature)
  assert.equal(uploaded.status, 200, `POST /documents: ${JSON.stringify(uploaded.body)}`)
  const documentId = text(uploaded.body, 'documentId')
  const signature = await signBytes(device, Buffer.from(text(uploaded.body, 'hash'), 'base64'))
  return embedAndDownload(await stack(), documentId, signature, options.signatureLevel)
}

export async function embedAndDownload(
  { signer }: Stack,
  documentId: string,
  signature: string,
  signatureLevel = 'PADES_B_B',
): Promise<Uint8Array> {
  const document = `${signer.url}/documents/${documentId}`
  const embedded = await postJson(`${document}/signature`, { signature, signatureLevel }, signer.basic)
  assert.equal(embedded.status, 200, `POST signature: ${JSON.stringify(embedded.body)}`)
  const file = await fetch(`${document}/file`, { headers: basic(signer.basic) })
  assert.equal(file.status, 200)
  assert.equal(file.headers.get('content-type'), 'application/pdf')
  return new Uint8Array(await file.arrayBuffer())
}
