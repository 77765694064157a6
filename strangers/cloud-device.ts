/** A device that runs the genuine PowerAuth client, whose signing key CloudSigner keeps. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { commit, createDevice, type Device, privateApi, signAsymmetric, signBytes, upload } from './device.ts'
import { type Answer, basic, postJson, text } from './http.ts'
import { once } from './lifetime.ts'
import { type StepOptions, type StepOutcome, succeeded } from './powerauth-client.ts'
import { stack } from './stack.ts'

/** Whom the certificate names: the bank vouches for it. */
const subject = 'CN=Cloud Novak,GIVENNAME=Cloud,SURNAME=Novak,C=CZ'

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export async function postToSigner(path: string, body: unknown): Promise<Answer> {
  const { signer } = await stack()
  return postJson(`${signer.url}${path}`, body, signer.basic)
}

/** `signed` signs the challenge; its answer. */
export async function enrolInCloud(device: Device, signed: Device = device): Promise<Answer> {
  const ids = { signerId: device.activationId, userId: device.userId }
  const challenge = await postToSigner('/v2/signers/challenges', ids)
  assert.equal(challenge.status, 200, JSON.stringify(challenge.body))
  const { signature, publicKey } = await signAsymmetric(signed, bytesOf(text(challenge.body, 'toBeSigned')))
  const challengeId = text(challenge.body, 'challengeId')
  const proof = { devicePublicKey: publicKey, challengeId, signature }
  return postToSigner('/v2/signers', { ...ids, mode: 'CLOUD', subject, ...proof })
}

/** Committed, and not enrolled. */
export async function activeDevice(): Promise<Device> {
  const device = await createDevice()
  await commit(device)
  return device
}

/** One for all tests that only need signatures. */
export const cloudDevice = once(async () => {
  const device = await activeDevice()
  const answer = await enrolInCloud(device)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return device
})

/** A document that waits, and the operation that shows it. */
export interface Approvable {
  readonly documentId: string
  readonly approvalId: string
  readonly toBeSigned: Uint8Array
  readonly operationId: string
  readonly operationData: string
}

/** What the bank does: uploads, and makes the operation. */
export async function handIn(device: Device, path: string): Promise<Approvable> {
  const uploaded = await upload(device, path)
  assert.equal(uploaded.status, 200, JSON.stringify(uploaded.body))
  const toBeSigned = bytesOf(text(uploaded.body, 'approval', 'toBeSigned'))
  const operation = await privateApi('/operation/create', {
    templateName: 'cloud_signature',
    applications: [device.applicationId],
    userId: device.userId,
    activationId: device.activationId,
    parameters: {
      approvalHash: sha256(toBeSigned),
      documentHash: sha256(await readFile(path)),
      documentName: basename(path),
    },
  })
  return {
    documentId: text(uploaded.body, 'documentId'),
    approvalId: text(uploaded.body, 'approval', 'approvalId'),
    toBeSigned,
    operationId: text(operation, 'id'),
    operationData: text(operation, 'data'),
  }
}

/** The person's yes, by the PIN over the operation's data. */
export async function authorize(
  device: Device,
  { operationId: id, operationData: data }: Pick<Approvable, 'operationId' | 'operationData'>,
  given: StepOptions = {},
): Promise<StepOutcome> {
  const { powerauth } = await stack()
  await writeFile(device.file('operation'), JSON.stringify({ requestObject: { id, data } }))
  const url = `${powerauth.public}/api/auth/token/app/operation/authorize`
  const call = { u: url, E: '/operation/authorize', t: 'POST', l: 'possession_knowledge' }
  return device.run('sign', { ...call, d: device.file('operation'), ...given })
}

export async function release(
  { documentId, approvalId, operationId }: Approvable,
  signature: string,
  signatureLevel: 'PADES_B_B' | 'PADES_B_T' = 'PADES_B_B',
): Promise<Answer> {
  const approval = { approvalId, operationId, signature }
  return postToSigner(`/documents/${documentId}/signature`, { approval, signatureLevel })
}

/** Upload, approval, release, download: the signed file's bytes. */
export async function signInCloud(path: string, level: 'PADES_B_B' | 'PADES_B_T'): Promise<Uint8Array> {
  const device = await cloudDevice()
  const document = await handIn(device, path)
  const approved = await authorize(device, document)
  assert.ok(succeeded(approved), JSON.stringify(approved.log.slice(-2)))
  const released = await release(document, await signBytes(device, document.toBeSigned), level)
  assert.equal(released.status, 200, JSON.stringify(released.body))
  const { signer } = await stack()
  const file = await fetch(`${signer.url}/documents/${document.documentId}/file`, { headers: basic(signer.basic) })
  assert.equal(file.status, 200)
  return new Uint8Array(await file.arrayBuffer())
}
