/**
 * Broken PDFs through everything that reads them: opened, signed, validated, raised. Only the documented errors may come out, in bounded
 * time; and what is signed has to be the file and then a revision, valid as a whole.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import {
  augmentSignatures,
  embedSignature,
  PadesError,
  prepareSignature,
  ValidationRefusal,
  validateSignatures,
} from '@cloudsigner/pades'
import { nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import {
  bytesSource,
  openDocument,
  PdfError,
  PdfStream,
  readFormFields,
  reference,
  segmentsSource,
} from '@cloudsigner/pdf'
import { basicConstraints, issueCertificate, keyUsage, nameFromString } from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'

const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const subject = nameFromString('CN=Fuzz')
const at = new Date('2026-07-01T12:00:00Z')
const certificate = await issueCertificate(
  {
    serialNumber: Uint8Array.of(1),
    issuer: subject,
    subject,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    subjectPublicKeyInfo: key.subjectPublicKeyInfo,
    extensions: [keyUsage('nonRepudiation', 'keyCertSign'), basicConstraints(true)],
  },
  key,
)

/** What one file came to. */
export type Outcome = 'signed' | 'refused'

const passwords = ['', 'usersecret', 'o'] as const
const objectsTouched = 40

/** Throws for what must not happen. `choice` picks the password of encrypted files. */
export async function tryFile(file: Uint8Array, choice: number): Promise<Outcome> {
  const decryption = { ciphers: nodeCiphers, password: passwords[choice % passwords.length] ?? '' }
  const reading = { inflate: zlibInflate, decryption }
  await refusing(() => touch(file, reading))
  await refusing(() => validate(file, reading))
  const nobody = () => Promise.reject(new Error('no authority'))
  const raising = { level: 'B-LTA', at, trustAnchors: [certificate], timeStamp: nobody, crypto: nodeCrypto } as const
  await refusing(() => augmentSignatures(bytesSource(file), { ...raising, ...reading }))
  const segment = await refusing(() => sign(file, reading))
  if (segment === null) return 'refused'
  const signed = segmentsSource([bytesSource(file), bytesSource(segment)])
  const { signatures } = await validateSignatures(signed, {
    trustAnchors: [certificate],
    at,
    revocation: 'off',
    crypto: nodeCrypto,
    reading: { ...reading, repair: 'never' },
  })
  const own = signatures.find(({ coverage }) => coverage === 'ENTIRE_FILE')
  assert.equal(own?.indication, 'TOTAL_PASSED', `what was signed is ${JSON.stringify(signatures)}`)
  return 'signed'
}

type Reading = NonNullable<Parameters<typeof openDocument>[1]>

/** null where it refuses. */
async function refusing<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PdfError || error instanceof PadesError || error instanceof ValidationRefusal) return null
    throw error
  }
}

async function touch(file: Uint8Array, reading: Reading): Promise<void> {
  const document = await openDocument(bytesSource(file), reading)
  for (const [index] of document.revisions.entries()) await document.revisionEntries(index)
  await readFormFields(document)
  for (let number = 1; number <= Math.min(objectsTouched, document.maxObjectNumber); number++) {
    const value = await document.getObject(reference(number))
    if (value instanceof PdfStream) await document.readStream(value)
  }
}

function validate(file: Uint8Array, reading: Reading) {
  const options = { trustAnchors: [certificate], at, revocation: 'soft', crypto: nodeCrypto, reading } as const
  return validateSignatures(bytesSource(file), options)
}

async function sign(file: Uint8Array, reading: Pick<Reading, 'inflate' | 'decryption'>): Promise<Uint8Array> {
  const { plan, signedAttributes } = await prepareSignature(bytesSource(file), {
    certificate,
    chain: [],
    signingTime: at,
    crypto: nodeCrypto,
    ...reading,
  })
  return embedSignature(plan, await key.sign(signedAttributes), { crypto: nodeCrypto })
}
