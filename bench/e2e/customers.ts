/** People whose phones are activated and enrolled through the real APIs, once, before anything is measured. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { type BankClient, createBankClient, createPhoneClient } from '@cloudsigner/clients/orchestrator'
import { createSignerClient } from '@cloudsigner/clients/signer'
import { assembleCertificationRequest, buildCertificationRequestInfo, derToPem, parseName } from '@cloudsigner/pki'
import { keySigner } from '@cloudsigner/pki/node'
import type { CryptoProvider, P256KeyPair } from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import { memoryStorage, PowerAuth, possession, possessionWithPassword } from '@cloudsigner/powerauth-sdk'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'

/** Somebody who signs. */
export interface Customer {
  readonly userId: string
  /** The activation's id, which is the signer's. */
  readonly signerId: string
  /** Of PowerAuth. */
  readonly applicationId: string
  readonly powerAuth: PowerAuth
  /** DER ECDSA by the phone's own key. */
  signByDevice(data: Uint8Array): Uint8Array
}

export const pin = '1234'

/** Activates so many phones, and enrols each as a signer of the mode. */
export async function enrolCustomers(
  ready: WholeReadyFile,
  mode: 'external' | 'cloud',
  count: number,
): Promise<readonly Customer[]> {
  const { url, basic } = ready.orchestrator
  const bank = createBankClient({ baseUrl: url, authorization: () => authorizationOf(basic) })
  const customers: Customer[] = []
  for (let index = 0; index < count; index += 1) {
    const phone = await activate(bank, `${mode}-${index}`)
    if (mode === 'external') await enrolExternal(url, phone)
    else await enrolCloud(ready.signer, phone)
    customers.push(phone)
  }
  return customers
}

const authorizationOf = ({ user, password }: { readonly user: string; readonly password: string }) =>
  `Basic ${btoa(`${user}:${password}`)}`

interface Phone extends Customer {
  readonly key: KeyObject
}

async function activate(bank: BankClient, userId: string): Promise<Phone> {
  const identity = { type: 'PNO', value: '8001011234' } as const
  await bank.createUser({ userId, givenName: 'Alice', surname: 'Novak', country: 'CZ', identity })
  const { qrCode } = await bank.startActivation(userId)
  const { mobileSdkConfig, enrollmentServerUrl, applicationId } = await bank.getMobileApplication()
  const device = keepingDeviceKey()
  const powerAuth = await PowerAuth.open({
    mobileSdkConfig,
    baseUrl: enrollmentServerUrl,
    storage: memoryStorage(),
    crypto: device.crypto,
    fetch,
    clock: { now: () => new Date() },
  })
  const { activationId } = await powerAuth.createActivation({ code: qrCode, name: 'Phone', platform: 'hw' })
  await powerAuth.persistActivation({ password: pin })
  await bank.commitActivation(userId, activationId)
  const key = device.keyOf(powerAuth.devicePublicKey)
  const signByDevice = (data: Uint8Array) => sign('sha256', data, key)
  return { userId, signerId: activationId, applicationId, powerAuth, signByDevice, key }
}

async function enrolExternal(url: string, { powerAuth, key }: Phone): Promise<void> {
  const app = createPhoneClient({
    baseUrl: url,
    authorize: ({ method, uriId, body }) =>
      powerAuth.authenticationHeader(method === 'GET' ? possession() : possessionWithPassword(pin), {
        method,
        uriId,
        body,
      }),
  })
  await app.enrol(await certificationRequest(key, (await app.getSubject()).subject))
}

/** The key pair is made by CloudSigner; the device signs to have its own pinned to it. */
async function enrolCloud(signer: WholeReadyFile['signer'], phone: Phone): Promise<void> {
  const client = createSignerClient({ baseUrl: signer.url, authorization: () => authorizationOf(signer.basic) })
  const ids = { signerId: phone.signerId, userId: phone.userId }
  const { challengeId, toBeSigned } = await client.createChallenge(ids)
  await client.createCloudSigner({
    ...ids,
    mode: 'CLOUD',
    devicePublicKey: Buffer.from(keySigner(phone.key).subjectPublicKeyInfo).toString('base64'),
    challengeId,
    signature: Buffer.from(phone.signByDevice(Buffer.from(toBeSigned, 'base64'))).toString('base64'),
  })
}

async function certificationRequest(key: KeyObject, subject: string): Promise<string> {
  const signer = keySigner(key)
  const info = buildCertificationRequestInfo({
    subject: parseName(new Uint8Array(Buffer.from(subject, 'base64'))),
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
  })
  return derToPem(assembleCertificationRequest(info, await signer.sign(info)), 'CERTIFICATE REQUEST')
}

/**
 * Mathematics that remembers the key pairs it made. The phone's key is used without the vault that keeps it from then on:
 * unlocking is the phone's work and PowerAuth's, beside the path that is measured.
 */
function keepingDeviceKey(): { readonly crypto: CryptoProvider; keyOf(publicKey: Uint8Array): KeyObject } {
  const made: P256KeyPair[] = []
  return {
    crypto: {
      ...nodeCrypto,
      async generateP256KeyPair() {
        const pair = await nodeCrypto.generateP256KeyPair()
        made.push({ publicKey: pair.publicKey.slice(), privateKey: pair.privateKey.slice() })
        return pair
      },
    },
    keyOf(publicKey) {
      const pair = made.find((each) => Buffer.compare(each.publicKey, publicKey) === 0)
      if (pair === undefined) throw new Error('the phone has another key than those that were made')
      const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
      const [x, y] = [text(publicKey.subarray(1, 33)), text(publicKey.subarray(33))]
      return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d: text(pair.privateKey) }, format: 'jwk' })
    },
  }
}
