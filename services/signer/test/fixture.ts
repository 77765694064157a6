/** The service over real HTTP, database and files; only PowerAuth and the CA are others, that obey the test. */
import { createSignerClient, type SignerClient } from '@cloudsigner/clients/signer'
import {
  assembleCertificationRequest,
  basicConstraints,
  buildCertificationRequestInfo,
  derToPem,
  issueCertificate,
  type KeySigner,
  keyUsage,
  nameFromString,
  parseCertificate,
  parseCertificationRequest,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import type { Database } from '@cloudsigner/service'
import {
  createFixedClock,
  type FixedClock,
  openTestEnvironment,
  type TestEnvironment,
} from '@cloudsigner/service/testing'
import type { CallbackConfig } from '../src/adapters/callbacks.ts'
import type { CertificateAuthority, EnrolledCertificate } from '../src/adapters/certificate-authority.ts'
import type { DeviceRegistry } from '../src/adapters/device-registry.ts'
import { createSigner, type Outside, type SignerConfig, type SignerService } from '../src/app.ts'
import type { JudgedOperation } from '../src/domain/approved-operation.ts'
import { SignerProblem } from '../src/domain/signer-problem.ts'
import { testTimeStamps } from './time-stamps.ts'

export const start = new Date('2026-06-01T12:00:00Z')
const day = 24 * 3600 * 1000

/** A phone: what PowerAuth knows of it, and its key. */
export interface Phone {
  readonly activationId: string
  userId: string
  status: 'CREATED' | 'PENDING_COMMIT' | 'ACTIVE' | 'BLOCKED' | 'REMOVED'
  readonly key: KeySigner
}

export interface TestOutside {
  readonly phones: Map<string, Phone>
  readonly revoked: Map<string, string>
  readonly issued: (EnrolledCertificate & { readonly username: string })[]
  /** What PowerAuth tells of operations, by id. */
  readonly operations: Map<string, JudgedOperation>
  /** How often the template of operations was ensured. */
  templates: number
  /** What the next calls do instead of their work. */
  faults: {
    powerAuthDown?: boolean
    /** PowerAuth is the attacker's: every activation is whose it is said to be, every signature a device's. */
    powerAuthLies?: { readonly userId: string }
    tsa?: 'down' | 'rejects' | 'other-imprint' | 'large'
    ca?: 'refuses' | 'down' | 'other-key' | 'not-in-force' | 'no-chain' | 'strange-issuer' | 'garbage'
  }
  /** How often the time-stamping authority was asked. */
  timeStamps: number
  /** Called while the CA works, to let something happen meanwhile. */
  duringEnrolment: (() => Promise<void>) | null
  /** Called while the CA is asked about a revocation. */
  duringRevocationCheck: (() => Promise<void>) | null
}

export interface Fixture {
  readonly url: string
  readonly client: SignerClient
  /** Of each replica, the first one's first. */
  readonly clients: readonly SignerClient[]
  readonly authorization: string
  readonly outside: TestOutside
  readonly clock: FixedClock
  readonly environment: TestEnvironment
  /** What the service was given for what is outside. */
  readonly adapters: Pick<Outside, 'devices' | 'ca' | 'timeStamps'>
  readonly newPhone: (userId?: string) => Promise<Phone>
  /** A phone whose signer is enrolled. */
  readonly newSigner: (userId?: string) => Promise<Phone>
  /** Stops the service and starts another on the same data. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A replica for each of `databases`, which are connections to one; a replica on an embedded database where absent. */
export async function openFixture(
  documents: SignerConfig['documents'] = {},
  databases: readonly Database[] = [],
  { timeStamps = true, callbacks }: { readonly timeStamps?: boolean; readonly callbacks?: CallbackConfig } = {},
): Promise<Fixture> {
  const clock = createFixedClock(start)
  const [database, ...others] = databases
  const environment = await openTestEnvironment({ clock, ...(database === undefined ? {} : { database }) })
  const outside: TestOutside = {
    phones: new Map(),
    revoked: new Map(),
    issued: [],
    operations: new Map(),
    templates: 0,
    faults: {},
    timeStamps: 0,
    duringEnrolment: null,
    duringRevocationCheck: null,
  }
  const ca = await testCa(outside, clock)
  const transport = timeStamps ? await testTimeStamps(outside, clock) : null
  const credentials = { user: 'user', password: 'correct horse' }
  const config: SignerConfig = {
    listen: { host: '127.0.0.1', port: 0 },
    credentials,
    powerAuth: { baseUrl: 'http://127.0.0.1:1' },
    ca: {
      restUrl: 'https://127.0.0.1:1/ejbca/ejbca-rest-api',
      clientCertificate: '',
      clientKey: '',
      tlsCa: '',
      caName: '',
      certificateProfile: '',
      endEntityProfile: '',
    },
    documents,
    ...(callbacks === undefined ? {} : { callbacks }),
  }
  const adapters = { devices: testDevices(outside), ca, timeStamps: transport }
  const open = (its: TestEnvironment = environment) => createSigner(config, its, { ...adapters, close: async () => {} })
  let service: SignerService = await open()
  const replicas: SignerService[] = []
  for (const other of others) replicas.push(await open({ ...environment, database: other }))
  const authorization = `Basic ${Buffer.from('user:correct horse').toString('base64')}`
  const addressOf = (each: SignerService) => `http://127.0.0.1:${each.listeners.http.port}`
  const address = () => addressOf(service)
  const clientOf = (each: SignerService): SignerClient =>
    createSignerClient({ baseUrl: addressOf(each), authorization: () => authorization })
  const client = () => clientOf(service)

  async function newPhone(userId = 'alice'): Promise<Phone> {
    const { signer } = await generateKeySigner('P-256')
    const phone: Phone = { activationId: crypto.randomUUID(), userId, status: 'ACTIVE', key: signer }
    outside.phones.set(phone.activationId, phone)
    return phone
  }
  return {
    get url() {
      return address()
    },
    get client() {
      return client()
    },
    get clients() {
      return [service, ...replicas].map(clientOf)
    },
    authorization,
    outside,
    clock,
    environment,
    adapters,
    newPhone,
    async newSigner(userId) {
      const phone = await newPhone(userId)
      await client().createSigner({ signerId: phone.activationId, userId: phone.userId, csr: await csrOf(phone.key) })
      return phone
    },
    async restart() {
      await service.close()
      service = await open()
    },
    async close() {
      for (const each of [service, ...replicas]) await each.close()
      await environment.close()
    },
  }
}

/** A CSR as a phone makes it, in PEM. `signWith` and `name` let a test make a wrong one. */
export async function csrOf(
  key: KeySigner,
  signWith: KeySigner = key,
  name = 'CN=Alice Example,C=CZ',
): Promise<string> {
  const info = buildCertificationRequestInfo({
    subject: nameFromString(name),
    subjectPublicKeyInfo: key.subjectPublicKeyInfo,
  })
  const signature = await signWith.sign(info)
  return derToPem(assembleCertificationRequest(info, signature, signWith.signatureAlgorithm), 'CERTIFICATE REQUEST')
}

function testDevices(outside: TestOutside): DeviceRegistry {
  const unreachable = () => new SignerProblem('CSR_SIGNATURE_VERIFICATION_ERROR', 'PowerAuth could not be asked')
  return {
    async getActivation(activationId) {
      if (outside.faults.powerAuthDown) throw unreachable()
      const lies = outside.faults.powerAuthLies
      if (lies) return { status: 'ACTIVE', ...lies }
      const phone = outside.phones.get(activationId)
      return phone === undefined
        ? { status: 'REMOVED', userId: 'unknown' }
        : { status: phone.status, userId: phone.userId }
    },
    async verifyDeviceSignature(activationId, data, signature) {
      if (outside.faults.powerAuthDown) throw unreachable()
      if (outside.faults.powerAuthLies) return true
      const phone = outside.phones.get(activationId)
      if (phone === undefined) return false
      return nodeCrypto.verify(phone.key.signatureAlgorithm, phone.key.subjectPublicKeyInfo, signature, data)
    },
    async findOperation(operationId) {
      if (outside.faults.powerAuthDown) throw unreachable()
      return outside.operations.get(operationId) ?? null
    },
    async ensureOperationTemplate() {
      if (outside.faults.powerAuthDown) throw unreachable()
      outside.templates += 1
    },
  }
}

async function testCa(outside: TestOutside, clock: FixedClock): Promise<CertificateAuthority> {
  const root = await generateKeySigner('P-384')
  const issuing = await generateKeySigner('P-256')
  const strange = await generateKeySigner('P-256')
  const other = await generateKeySigner('P-256')
  const rootName = nameFromString('CN=Test Root')
  const issuingName = nameFromString('CN=Test Issuing CA,O=Test')
  const years = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2040-01-01T00:00:00Z') }
  const authority = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
  const rootCertificate = await issueCertificate(
    {
      ...years,
      serialNumber: Uint8Array.of(1),
      issuer: rootName,
      subject: rootName,
      subjectPublicKeyInfo: root.signer.subjectPublicKeyInfo,
      extensions: authority,
    },
    root.signer,
  )
  const issuingCertificate = await issueCertificate(
    {
      ...years,
      serialNumber: Uint8Array.of(2),
      issuer: rootName,
      subject: issuingName,
      subjectPublicKeyInfo: issuing.signer.subjectPublicKeyInfo,
      extensions: authority,
    },
    root.signer,
  )
  let serial = 0
  const refused = () => new SignerProblem('CERTIFICATE_AUTHORITY_ERROR', 'The CA refused')
  const down = () => new SignerProblem('CERTIFICATE_AUTHORITY_ERROR', 'The CA is down', {}, { unavailable: true })
  const failing = () => {
    if (outside.faults.ca === 'refuses') throw refused()
    if (outside.faults.ca === 'down') throw down()
  }
  return {
    async enrol(request) {
      failing()
      await outside.duringEnrolment?.()
      const csr = parseCertificationRequest(request.certificationRequest)
      serial += 1
      const { faults } = outside
      const late = faults.ca === 'not-in-force' ? 2 * day : 0
      const certificate = await issueCertificate(
        {
          serialNumber: Uint8Array.of(0x10, serial),
          issuer: issuingName,
          subject: csr.subject,
          notBefore: new Date(clock.now().getTime() - day + late),
          notAfter: new Date(clock.now().getTime() + 30 * day + late),
          subjectPublicKeyInfo:
            faults.ca === 'other-key' ? other.signer.subjectPublicKeyInfo : csr.subjectPublicKeyInfo,
          extensions: [keyUsage('nonRepudiation')],
        },
        faults.ca === 'strange-issuer' ? strange.signer : issuing.signer,
      )
      const enrolled = {
        certificate: faults.ca === 'garbage' ? Uint8Array.of(0x30, 0x03, 1, 2, 3) : certificate,
        chain: faults.ca === 'no-chain' ? [] : [issuingCertificate, rootCertificate],
      }
      outside.issued.push({ ...enrolled, username: request.username })
      return enrolled
    },
    async findRevocation(_issuerDn, serialNumber) {
      failing()
      await outside.duringRevocationCheck?.()
      return outside.revoked.get(serialNumber) ?? null
    },
    async findValidCertificates(username, at) {
      failing()
      return outside.issued
        .filter((each) => each.username === username)
        .map(({ certificate }) => parseCertificate(certificate))
        .filter(({ serialNumber, notAfter }) => !outside.revoked.has(serialNumber) && notAfter > at)
        .map(({ issuer, serialNumber, der }) => ({ issuerDn: issuer.rfc4514, serialNumber, der }))
    },
    async revoke(_issuerDn, serialNumber, reason) {
      failing()
      outside.revoked.set(serialNumber, reason)
    },
  }
}
