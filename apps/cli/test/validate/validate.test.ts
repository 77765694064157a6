import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { embedSignature, prepareSignature } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCrl,
  crlDistributionPoint,
  derToPem,
  issueCertificate,
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { runValidate } from '../../src/validate/main.ts'

const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-validate-'))
const crlServer = createServer(async (_request, response) => response.end(await crl()))
await new Promise<void>((resolve) => crlServer.listen(0, '127.0.0.1', resolve))
const crlUrl = `http://127.0.0.1:${(crlServer.address() as AddressInfo).port}/root.crl`
after(async () => {
  crlServer.close()
  await rm(directory, { recursive: true })
})

const now = new Date('2026-07-01T12:00:00Z')
const rootName = nameFromString('CN=Root')
const { signer: rootKey } = await generateKeySigner('P-256')
const { signer: signerKey } = await generateKeySigner('P-256')
const rootKeyIdentifier = keyIdentifierOf(rootKey.subjectPublicKeyInfo, nodeCrypto)
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') }
const identified = [subjectKeyIdentifier(rootKeyIdentifier), authorityKeyIdentifier(rootKeyIdentifier)]
const rootFields = { serialNumber: Uint8Array.of(1), issuer: rootName, subject: rootName, ...validity }
const root = await issueCertificate(
  {
    ...rootFields,
    subjectPublicKeyInfo: rootKey.subjectPublicKeyInfo,
    extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), ...identified],
  },
  rootKey,
)
const certificate = await issueCertificate(
  {
    ...rootFields,
    serialNumber: Uint8Array.of(2),
    subject: nameFromString('CN=Sig\u001b[2Jner'),
    subjectPublicKeyInfo: signerKey.subjectPublicKeyInfo,
    extensions: [keyUsage('nonRepudiation'), authorityKeyIdentifier(rootKeyIdentifier), crlDistributionPoint(crlUrl)],
  },
  rootKey,
)

function crl(): Promise<Uint8Array> {
  return buildCrl(
    {
      issuer: rootName,
      authorityKeyIdentifier: rootKeyIdentifier,
      crlNumber: 1n,
      thisUpdate: new Date('2026-07-01T00:00:00Z'),
      nextUpdate: new Date('2026-07-02T00:00:00Z'),
      entries: [],
    },
    rootKey,
  )
}

async function write(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

const options = { certificate, chain: [], signingTime: now, crypto: nodeCrypto }
const { plan, signedAttributes } = await prepareSignature(bytesSource(makePdf()), options)
const segment = await embedSignature(plan, await signerKey.sign(signedAttributes), { crypto: nodeCrypto })
const signedBytes = Buffer.concat([makePdf(), segment])

const signed = await write('signed.pdf', signedBytes)
const unsigned = await write('unsigned.pdf', makePdf())
const broken = await write('broken.pdf', signedBytes.subarray(0, 300))
const noPdf = await write('no.pdf', 'hello')
const trust = await write('trust.pem', derToPem(certificate, 'CERTIFICATE') + derToPem(root, 'CERTIFICATE'))
const rootOnly = await write('root.pem', derToPem(root, 'CERTIFICATE'))

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const io = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  }
  const code = await runValidate(args, { ...io, now: () => now })
  return { code, out: out.join(''), err: err.join('') }
}

test('a signature that passes: exit 0, one line of JSON with every member of its shape', async () => {
  const { code, out } = await run('--trust', rootOnly, '--revocation', 'off', '--json', signed)
  assert.equal(code, 0)
  assert.equal(out.split('\n').length, 2)
  const report = JSON.parse(out)
  assert.deepEqual(Object.keys(report), ['file', 'signatures'])
  assert.equal(report.file, signed)
  assert.deepEqual(Object.keys(report.signatures[0]).toSorted(), [
    'bestSignatureTime',
    'coverage',
    'field',
    'indication',
    'intact',
    'level',
    'modifications',
    'revision',
    'signer',
    'signingTime',
    'subFilter',
    'subIndication',
    'timestamps',
    'type',
    'warnings',
  ])
  assert.equal(report.signatures[0].indication, 'TOTAL_PASSED')
})

test('revocation is required unless said otherwise, and fetched only online and, here, from private addresses', async () => {
  const base = ['--trust', rootOnly, '--json', signed]
  const verdict = async (...args: readonly string[]) => {
    const { code, out } = await run(...args, ...base)
    return `${code} ${JSON.parse(out).signatures[0].subIndication}`
  }
  assert.equal(await verdict(), '1 TRY_LATER')
  assert.equal(await verdict('--revocation', 'soft'), '0 null')
  assert.equal(await verdict('--online'), '1 TRY_LATER')
  assert.equal(await verdict('--online', '--allow-private-addresses'), '0 null')
})

test('several certificates in one file, or several files, are all anchors', async () => {
  assert.equal((await run('--trust', trust, '--revocation', 'off', signed)).code, 0)
  assert.equal((await run('--trust', rootOnly, '--trust', trust, '--revocation', 'off', signed)).code, 0)
})

test('no signature, no anchor, or one file of several that does not pass: exit 1', async () => {
  assert.equal((await run('--revocation', 'off', '--trust', rootOnly, unsigned)).code, 1)
  assert.equal((await run('--revocation', 'off', signed)).code, 1)
  const { code, out } = await run('--revocation', 'off', '--trust', rootOnly, '--json', signed, unsigned)
  assert.equal(code, 1)
  assert.equal(out.trimEnd().split('\n').length, 2)
})

test('a file that cannot be read is an error with code, message and, where known, offset: exit 1', async () => {
  const { code, out } = await run('--json', broken, noPdf, join(directory, 'absent.pdf'), directory)
  assert.equal(code, 1)
  const [first, second, third, fourth] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const report of [first, second, third, fourth]) {
    assert.deepEqual(report.signatures, [])
    assert.ok(report.error.message.length > 10)
  }
  assert.equal(typeof first.error.offset, 'number')
  assert.deepEqual(
    [second, third, fourth].map(({ error }) => error.code),
    ['not_a_pdf', 'file_unreadable', 'file_unreadable'],
  )
})

test('a changed byte is said in plain words, and exit 1', async () => {
  const changed = Buffer.from(signedBytes)
  changed[20] = (changed[20] ?? 0) ^ 1
  const { code, out } = await run('--trust', rootOnly, await write('changed.pdf', changed))
  assert.equal(code, 1)
  assert.match(out, /✘ .*changed\.pdf/)
  assert.match(out, /TOTAL_FAILED \/ HASH_FAILURE/)
  assert.match(out, /intact +NO/)
})

test('names out of a file cannot move the cursor', async () => {
  const { out } = await run('--trust', rootOnly, '--revocation', 'off', signed)
  assert.match(out, /signer +CN=Sig\uFFFD\[2Jner/)
  assert.ok(!out.includes('\u001b'))
})

const usageErrors: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['no file', ['--json']],
  ['an option that there is not', ['--frobnicate', signed]],
  ['a revocation mode that there is not', ['--revocation', 'maybe', signed]],
  ['an anchor file that is not there', ['--trust', join(directory, 'absent.pem'), signed]],
  ['an anchor file without certificates', ['--trust', noPdf, signed]],
]
for (const [what, args] of usageErrors) {
  test(`${what} is wrong usage: exit 2, nothing on stdout`, async () => {
    const { code, out, err } = await run(...args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /usage: cloudsigner validate/)
  })
}

test('--help says how it is used', async () => {
  const { code, out } = await run('--help')
  assert.equal(code, 0)
  assert.match(out, /^usage: cloudsigner validate/)
})
