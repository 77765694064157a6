/** Customers of the stack's bank with their phones, what they sign, and the judge of it. */
import assert from 'node:assert/strict'
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { SignerApiError } from '@cloudsigner/clients/signer'
import type { UploadDocumentResponse } from '@cloudsigner/contracts/signer'
import { bytesSource, type ValidationReport, validateSignatures } from '@cloudsigner/pades'
import { pemToDer, type RevocationFetcher } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { memoryStorage, type StateStorage } from '@cloudsigner/powerauth-sdk'
import { Phone } from '../apps/cli/src/device/phone.ts'
import { revocationClient } from '../apps/cli/src/validate/revocation-client.ts'
import type { CustomerStack } from './stack.ts'

export const pin = '1234'

/** A phone and what it keeps, so that it can be opened again with another PIN in mind. */
export interface Customer {
  readonly userId: string
  readonly activationId: string
  readonly phone: Phone
  readonly storage: StateStorage
}

/** A customer with an activated phone that is not enrolled yet. */
export async function activatedCustomer(stack: CustomerStack, userId: string): Promise<Customer> {
  await stack.bank.createUser({
    userId,
    givenName: 'Alice',
    surname: 'Nováková',
    country: 'CZ',
    identity: { type: 'PNO', value: '8001011234' },
  })
  const { qrCode } = await stack.bank.startActivation(userId)
  const storage = memoryStorage()
  const phone = await openPhone(stack, storage, pin)
  const { activationId, fingerprint } = await phone.activate(qrCode)
  assert.equal((await stack.bank.getActivation(userId, activationId)).devicePublicKeyFingerprint, fingerprint)
  await stack.bank.commitActivation(userId, activationId)
  return { userId, activationId, phone, storage }
}

/** The same, enrolled: a signer. */
export async function enrolledCustomer(stack: CustomerStack, userId: string): Promise<Customer> {
  const customer = await activatedCustomer(stack, userId)
  await customer.phone.enrol(stack.orchestratorUrl)
  return customer
}

export async function openPhone(stack: CustomerStack, storage: StateStorage, knownPin: string): Promise<Phone> {
  const { mobileSdkConfig, enrollmentServerUrl } = await stack.bank.getMobileApplication()
  return Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin: knownPin, storage })
}

export const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

/** Base64 of the device's signature over what `hash` decodes to. */
export async function signatureOf(phone: Phone, hash: string | null): Promise<string> {
  return Buffer.from(await phone.sign(fromBase64(hash ?? assert.fail('nothing to sign')))).toString('base64')
}

export function upload(
  stack: CustomerStack,
  signerId: string,
  file: Uint8Array<ArrayBuffer>,
): Promise<UploadDocumentResponse> {
  return stack.signer.uploadDocument({ signerId, externalId: 'c-1', name: 'Contract', fileName: 'c.pdf', file })
}

export const bytesOf = async (body: ReadableStream) => new Uint8Array(await new Response(body).arrayBuffer())

/** Uploads, signs and downloads: the signed file. */
export async function signed(
  stack: CustomerStack,
  { activationId, phone }: Customer,
  file: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const { documentId, hash } = await upload(stack, activationId, file)
  await stack.signer.signDocument(documentId, { signature: await signatureOf(phone, hash) })
  return bytesOf((await stack.signer.downloadDocument(documentId)).body)
}

export async function refused(call: Promise<unknown>, code: string, says: RegExp = /./): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof SignerApiError || error instanceof OrchestratorApiError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, says)
    return true
  })
}

/** With the stack's root trusted and its revocation data fetched. */
export function validate(stack: CustomerStack, file: Uint8Array): Promise<ValidationReport> {
  return validateSignatures(bytesSource(file), {
    trustAnchors: [pemToDer(stack.ca.trustRoot)],
    at: new Date(),
    revocation: 'require',
    fetchRevocation: ownRevocation(),
    crypto: nodeCrypto,
  })
}

/** Revocation data of our own CA alone: what old signatures in the corpora name is far away, or gone. */
function ownRevocation(): RevocationFetcher {
  const client = revocationClient({ allowPrivateAddresses: true })
  const own = (url: string) => {
    if (!url.startsWith('http://127.0.0.1:')) throw new Error(`${url} is not fetched in this test`)
  }
  return {
    async fetchCrl(url) {
      own(url)
      return client.fetchCrl(url)
    },
    async fetchOcsp(url, request) {
      own(url)
      return client.fetchOcsp(url, request)
    },
  }
}

/** The one signature that covers the whole file is ours, and good; earlier signatures are not judged here. */
export function assertPassed(report: ValidationReport): void {
  const ours = report.signatures.filter((signature) => signature.coverage === 'ENTIRE_FILE')
  const seen = ours.map(({ indication, subIndication, level, intact, subFilter }) =>
    [indication, subIndication, level, intact, subFilter].join(' '),
  )
  assert.deepEqual(seen, ['TOTAL_PASSED  B-B true ETSI.CAdES.detached'], JSON.stringify(report.signatures, null, 1))
}
