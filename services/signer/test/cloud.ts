/** A phone in Cloud mode, and the bank between it and the service. */
import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import type { UploadDocumentResponse } from '@cloudsigner/contracts/signer'
import { type KeySigner, toHex } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { softwareKeys } from '../src/adapters/cloud-keys.ts'
import { createTimeStampAuthority } from '../src/adapters/time-stamp-authority.ts'
import type { SignerContext } from '../src/context.ts'
import type { JudgedOperation } from '../src/domain/approved-operation.ts'
import { type SignerDatabase, type SignerTables, signerSchema } from '../src/store/tables.ts'
import type { Fixture, Phone } from './fixture.ts'

export const file = new Uint8Array(makePdf())

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

export const signed = async (key: KeySigner, toBeSigned: string): Promise<string> =>
  base64(await key.sign(bytesOf(toBeSigned)))

/** What the phone sends to enrol, with a challenge of its own. */
export async function enrolmentOf(fixture: Fixture, phone: Phone, keyAlgorithm?: CloudKeyAlgorithm) {
  const ids = { signerId: phone.activationId, userId: phone.userId }
  const { challengeId, toBeSigned } = await fixture.client.createChallenge(ids)
  return {
    ...ids,
    mode: 'CLOUD' as const,
    ...(keyAlgorithm && { keyAlgorithm }),
    devicePublicKey: base64(phone.key.subjectPublicKeyInfo),
    challengeId,
    signature: await signed(phone.key, toBeSigned),
  }
}

/** A phone whose signer is enrolled in Cloud mode. */
export async function newCloudSigner(
  fixture: Fixture,
  { userId, keyAlgorithm }: { readonly userId?: string; readonly keyAlgorithm?: CloudKeyAlgorithm } = {},
): Promise<Phone> {
  const phone = await fixture.newPhone(userId)
  await fixture.client.createCloudSigner(await enrolmentOf(fixture, phone, keyAlgorithm))
  return phone
}

export function upload(fixture: Fixture, phone: Phone, content = file): Promise<UploadDocumentResponse> {
  const names = { externalId: 'c-1', name: 'Contract', fileName: 'contract.pdf' }
  const form = { signerId: phone.activationId, ...names, file: content }
  return fixture.client.uploadDocument(form)
}

export const approvalHashOf = (toBeSigned: string): string =>
  toHex(nodeCrypto.digest('SHA-256', bytesOf(toBeSigned))).toLowerCase()

/** An operation as PowerAuth has it once the phone approved it; `change` makes a wrong one. Its id. */
export function approvedOperation(
  fixture: Fixture,
  phone: Phone,
  approvalHash: string,
  change: Partial<JudgedOperation> = {},
): string {
  const operationId = crypto.randomUUID()
  fixture.outside.operations.set(operationId, {
    status: 'APPROVED',
    userId: phone.userId,
    templateName: cloudSignatureTemplate.templateName,
    operationType: cloudSignatureTemplate.operationType,
    data: `A0*T${approvalHash}*NContract*T${'0'.repeat(64)}`,
    parameters: { approvalHash, documentHash: '0'.repeat(64), documentName: 'Contract' },
    additionalData: { activationId: phone.activationId },
    ...change,
  })
  return operationId
}

export interface Release {
  readonly approvalId: string
  readonly operationId: string
  readonly signature: string
}

/** What the phone and its approved operation release a document with. */
export async function releaseOf(fixture: Fixture, phone: Phone, document: UploadDocumentResponse): Promise<Release> {
  const { approval } = document
  if (approval === undefined) throw new Error('the document is not of Cloud mode')
  const operationId = approvedOperation(fixture, phone, approvalHashOf(approval.toBeSigned))
  return { approvalId: approval.approvalId, operationId, signature: await signed(phone.key, approval.toBeSigned) }
}

export async function download(fixture: Fixture, documentId: string): Promise<Uint8Array> {
  const { body } = await fixture.client.downloadDocument(documentId)
  return new Uint8Array(await new Response(body).arrayBuffer())
}

/** The service's own rows, as who reads and writes its database has them. */
export const rowsOf = (fixture: Fixture): SignerDatabase =>
  fixture.environment.database.forSchema<SignerTables>(signerSchema)

const nobodyListens: SignerContext['events'] = { wanted: () => false, tell: async () => {} }

/** What the service's jobs work with, made as app.ts makes it. */
export function contextOf(fixture: Fixture, events: SignerContext['events'] = nobodyListens): SignerContext {
  const { environment, clock, adapters } = fixture
  const { blobs, logger, secretBox } = environment
  const settings = { maxDocumentBytes: 1e9, waitingTimeoutSeconds: 3600, approvalSeconds: 3600, strayBlobSeconds: 3600 }
  return {
    db: rowsOf(fixture),
    blobs,
    clock,
    logger,
    secretBox,
    crypto: nodeCrypto,
    devices: adapters.devices,
    ca: adapters.ca,
    cloudKeys: softwareKeys,
    tsa: adapters.timeStamps && createTimeStampAuthority(adapters.timeStamps, { crypto: nodeCrypto, clock, logger }),
    events,
    defaultFont: new Uint8Array(),
    settings: { ...settings, publicUrl: () => '' },
  }
}
