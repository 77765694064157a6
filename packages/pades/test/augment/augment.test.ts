/** Levels B-T, B-LT and B-LTA by revisions that are appended, and their renewal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  augmentSignatures,
  embedAtLevel,
  embedSignature,
  type PadesErrorCode,
  prepareSignature,
  probeTimeStampBytes,
  timestampDocument,
} from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { bytesSource, openDocument } from '@cloudsigner/pdf'
import {
  authorityInfoAccess,
  buildOcspResponse,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  parseOcspRequest,
  type RevocationFetcher,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { encryptedByQpdf, makePdf, text } from '@cloudsigner/testing'
import { timeAuthority } from '../time-authority.ts'
import { type Entity, issue, issuing, root, signer, tsa } from '../validate/authority.ts'
import { addStore, concat, now, plain, sign, validate } from '../validate/scenario.ts'
import { augment, augmentOptions, published, summary, validateOffline } from './augmenting.ts'

const signed = await sign(plain)

/** With a time-stamp in the signature. */
async function signTimestamped(): Promise<Uint8Array> {
  const transport = timeAuthority(now)
  const { plan, signedAttributes } = await prepareSignature(bytesSource(plain), {
    certificate: signer.der,
    chain: [issuing.der],
    signingTime: now,
    crypto: nodeCrypto,
    timestampTokenBytes: await probeTimeStampBytes({ transport, crypto: nodeCrypto, hashAlgorithm: 'SHA-256' }),
  })
  const signature = await signer.key.sign(signedAttributes)
  return concat(plain, await embedSignature(plan, signature, { crypto: nodeCrypto, timeStamp: [transport] }))
}
const timestamped = await signTimestamped()

const stamp = 'DocTimeStamp null TOTAL_PASSED'
const steps: readonly (readonly [string, Uint8Array, 'B-T' | 'B-LT' | 'B-LTA', readonly string[]])[] = [
  ['B-B', signed, 'B-T', ['Sig B-T TOTAL_PASSED LTA_UPDATES', `${stamp} NONE`]],
  ['B-B', signed, 'B-LT', ['Sig B-LT TOTAL_PASSED LTA_UPDATES', `${stamp} LTA_UPDATES`]],
  ['B-B', signed, 'B-LTA', ['Sig B-LTA TOTAL_PASSED LTA_UPDATES', `${stamp} LTA_UPDATES`, `${stamp} NONE`]],
  ['B-T', timestamped, 'B-T', ['Sig B-T TOTAL_PASSED NONE']],
  ['B-T', timestamped, 'B-LT', ['Sig B-LT TOTAL_PASSED LTA_UPDATES']],
  ['B-T', timestamped, 'B-LTA', ['Sig B-LTA TOTAL_PASSED LTA_UPDATES', `${stamp} NONE`]],
]
for (const [from, file, level, expected] of steps)
  test(`${from} is raised to ${level}`, async () => {
    const raised = await augment(file, { level })
    assert.deepEqual(raised.subarray(0, file.length), file)
    const reports = level === 'B-T' ? await validate(raised) : await validateOffline(raised)
    assert.deepEqual(summary(reports), expected)
    assert.deepEqual(summary(await validateOffline(await augment(raised, { level: 'B-LTA' }))).at(-1), `${stamp} NONE`)
  })

test('signatures of two signers are raised together', async () => {
  const reports = await validateOffline(await augment(await sign(signed)))
  assert.deepEqual(
    reports.map(({ level, indication }) => [level, indication]),
    [
      ['B-LTA', 'TOTAL_PASSED'],
      ['B-LTA', 'TOTAL_PASSED'],
      [null, 'TOTAL_PASSED'],
      [null, 'TOTAL_PASSED'],
    ],
  )
})

test('what the store has is kept and not put there again; VRI is not written', async () => {
  const first = await augment(signed, { level: 'B-LT' })
  const fetchRevocation = await published()
  assert.deepEqual(
    await augmentSignatures(bytesSource(first), { ...augmentOptions, level: 'B-LT', fetchRevocation }),
    [],
  )
  assert.deepEqual(fetchRevocation.asked, [])
  const stored = await augment(await addStore(signed, { certificates: [issuing.der] }), { level: 'B-LT' })
  const document = await openDocument(bytesSource(stored))
  const store = await document.resolveDictionary((await document.catalog()).get('DSS'))
  assert.equal((await document.resolveArray(store?.get('Certs')))?.length, 4)
  assert.deepEqual([...(store?.keys() ?? [])].toSorted(), ['CRLs', 'Certs'])
  assert.ok(!text(first).includes('/VRI'))
})

test('renewed before its authority expires, a signature outlives its certificates', async () => {
  const archived = await augment(signed)
  // The signer's certificate ends with 2027, that of the authority and of its issuer with 2035.
  const later = new Date('2035-06-01T00:00:00Z')
  const crls = { thisUpdate: '2035-05-30T00:00:00Z', nextUpdate: '2035-06-30T00:00:00Z' }
  const successor = await issue('CN=Later Time', {
    issuer: root,
    serial: 44,
    extensions: [keyUsage('digitalSignature'), extKeyUsage(['1.3.6.1.5.5.7.3.8'], true)],
    notAfter: '2045-01-01',
  })
  const renewed = await augment(archived, {
    at: later,
    timeStamp: timeAuthority(later, successor),
    fetchRevocation: await published({ root: crls, issuing: crls }),
  })
  const after = new Date('2040-01-01T00:00:00Z')
  const soft = (file: Uint8Array) => validate(file, { revocation: 'soft', at: after })
  assert.equal((await soft(archived))[0]?.indication, 'INDETERMINATE')
  const [report] = await soft(renewed)
  assert.deepEqual([report?.level, report?.indication], ['B-LTA', 'TOTAL_PASSED'])
  assert.equal(report?.bestSignatureTime, now.toISOString())
})

const responder = await issue('CN=Responder', {
  issuer: issuing,
  serial: 90,
  extensions: [keyUsage('digitalSignature'), extKeyUsage(['1.3.6.1.5.5.7.3.9']), ocspNoCheck()],
})
const byOcsp = await issue('CN=Asked', {
  issuer: issuing,
  serial: 91,
  extensions: [keyUsage('nonRepudiation'), authorityInfoAccess({ ocsp: 'http://ca.example/ocsp' })],
})

test('OCSP is asked where the certificate names a responder, and its answer is stored', async () => {
  const crls = await published()
  const fetchRevocation: RevocationFetcher = {
    ...crls,
    async fetchOcsp(_, request) {
      const { certIds, nonce } = parseOcspRequest(request)
      const responses = certIds.map((certId) => ({
        certId,
        certStatus: { status: 'good' } as const,
        thisUpdate: now,
        nextUpdate: null,
      }))
      return buildOcspResponse(
        {
          responderCertificate: responder.certificate,
          producedAt: now,
          responses,
          nonce,
          certificates: [responder.der],
          crypto: nodeCrypto,
        },
        responder.key,
      )
    },
  }
  const raised = await augment(await sign(plain, { by: byOcsp }), { level: 'B-LT', fetchRevocation })
  assert.equal((await validateOffline(raised))[0]?.indication, 'TOTAL_PASSED')
  assert.ok(text(raised).includes('/OCSPs'))
})

test('revoked after it signed, a certificate is good for what it signed', async () => {
  const issuingCrl = { revoked: [{ entity: signer, at: '2026-07-01T13:00:00Z' }], thisUpdate: '2026-07-01T13:30:00Z' }
  const at = new Date('2026-07-01T14:00:00Z')
  const raised = await augment(timestamped, {
    level: 'B-LT',
    at,
    fetchRevocation: await published({ issuing: issuingCrl }),
  })
  assert.equal((await validateOffline(raised, at))[0]?.indication, 'TOTAL_PASSED')
})

const alone = await issue('CN=Alone', { issuer: issuing, serial: 92, extensions: [keyUsage('nonRepudiation')] })
const general = await issue('CN=General', { issuer: root, serial: 93, extensions: [keyUsage('digitalSignature')] })
const broken = Uint8Array.from(signed)
broken[20] = (broken[20] ?? 0) ^ 1
const refusing = (): Promise<never> => Promise.reject(new Error('closed'))

const refusals: readonly (readonly [
  string,
  PadesErrorCode,
  Uint8Array | Promise<Uint8Array>,
  Parameters<typeof augment>[1]?,
])[] = [
  ['a document without a signature', 'not_signed', plain],
  ['a signature that does not hold', 'signature_broken', broken],
  ['a signer below no anchor', 'chain_incomplete', signed, { trustAnchors: [tsa.der] }],
  ['an authority below no anchor', 'chain_incomplete', signed, { trustAnchors: [issuing.der] }],
  ['a certificate without addresses', 'revocation_unavailable', sign(plain, { by: alone })],
  [
    'an address that does not answer',
    'revocation_unavailable',
    signed,
    { fetchRevocation: { fetchCrl: refusing, fetchOcsp: refusing } },
  ],
  [
    'a CRL whose time is over',
    'revocation_unavailable',
    signed,
    { fetchRevocation: await published({ issuing: { nextUpdate: '2026-07-01T00:00:00Z' } }) },
  ],
  [
    'a revoked signer',
    'certificate_revoked',
    signed,
    { fetchRevocation: await published({ issuing: { revoked: [{ entity: signer, at: '2026-06-30T00:00:00Z' }] } }) },
  ],
  [
    'a revoked authority',
    'certificate_revoked',
    signed,
    { fetchRevocation: await published({ root: { revoked: [{ entity: tsa, at: '2026-06-30T00:00:00Z' }] } }) },
  ],
  ['a CRL of before the signature', 'revocation_not_fresh', signed, { revocationFreshness: 'after-signature' }],
  ['no authority', 'timestamp_unavailable', signed, { timeStamp: [] }],
  ['an authority that does not answer', 'timestamp_unavailable', signed, { timeStamp: refusing }],
  ['an authority that is none', 'timestamp_invalid', signed, { timeStamp: timeAuthority(now, general) }],
]
for (const [what, code, file, options] of refusals)
  test(`refuses ${what}: ${code}`, async () => {
    await assert.rejects(augment(await file, options), { code })
  })

test('data made after the signature are fresh', async () => {
  const fresh = { thisUpdate: '2026-07-01T12:00:00Z' }
  const fetchRevocation = await published({ root: fresh, issuing: fresh })
  const raised = await augment(signed, { level: 'B-LT', revocationFreshness: 'after-signature', fetchRevocation })
  assert.equal((await validateOffline(raised))[0]?.level, 'B-LT')
})

test('several authorities are asked in turn, and in further rounds after a while', async () => {
  const asked: string[] = []
  const waited: number[] = []
  const failing = (name: string) => async () => {
    asked.push(name)
    throw new Error('closed')
  }
  const late = (calls: number) => async (request: Uint8Array) => {
    asked.push('late')
    if (asked.filter((name) => name === 'late').length <= calls) throw new Error('busy')
    return timeAuthority(now)(request)
  }
  const retry = { rounds: 4, firstWait: 10, wait: async (milliseconds: number) => void waited.push(milliseconds) }
  await augment(signed, { level: 'B-T', timeStamp: [failing('first'), late(3)], retry })
  // A probe of each at once, and in rounds until one answers; then for the token each in turn.
  assert.deepEqual(waited, [10, 20])
  assert.deepEqual(asked, [
    'first',
    'late',
    ...['first', 'late'],
    ...['first', 'late'],
    ...['first', 'late'],
    ...['first', 'late'],
  ])
})

test('a token that needs more room than the probe is laid out anew', async () => {
  let calls = 0
  const many: readonly Entity[] = [tsa, root, issuing, signer]
  const growing = (request: Uint8Array) => timeAuthority(now, tsa, calls++ === 0 ? [tsa] : many)(request)
  const raised = await augment(signed, { level: 'B-T', timeStamp: growing })
  assert.equal(calls, 3)
  assert.deepEqual(summary(await validate(raised)), ['Sig B-T TOTAL_PASSED LTA_UPDATES', `${stamp} NONE`])
})

test('a document without a signature may be time-stamped, one that is certified to permit no changes too', async () => {
  const certification = '<</Type /Sig /Reference [<</TransformMethod /DocMDP /TransformParams <</P 1>>>>]>>'
  const certified = makePdf([
    '<</Type /Catalog /Pages 2 0 R /Perms <</DocMDP 4 0 R>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>',
    certification,
  ])
  for (const file of [plain, certified]) {
    const stamped = concat(file, await timestampDocument(bytesSource(file), augmentOptions))
    assert.deepEqual(summary(await validate(stamped)), [`${stamp} NONE`])
  }
  const rights = makePdf([
    '<</Type /Catalog /Pages 2 0 R /Perms <</UR3 4 0 R>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R>>',
  ])
  await assert.rejects(timestampDocument(bytesSource(rights), augmentOptions), { code: 'usage_rights' })
})

test('an encrypted document is raised encrypted', async () => {
  const decryption = { ciphers: nodeCiphers, password: 'o' }
  for (const kind of ['R 4, AESV2, metadata plain', 'R 6, AESV3, object streams'] as const) {
    const source = Uint8Array.fromBase64(encryptedByQpdf[kind])
    const raised = await augment(await sign(source, { decryption }), { decryption })
    const reports = await validate(raised, { revocation: 'require', reading: { decryption } })
    assert.deepEqual(summary(reports), ['Sig B-LTA TOTAL_PASSED LTA_UPDATES', `${stamp} LTA_UPDATES`, `${stamp} NONE`])
  }
})

test('a hash of the file that ran elsewhere saves reading it', async () => {
  const digestOfSource = nodeCrypto.createHash('SHA-256')
  digestOfSource.update(signed)
  assert.deepEqual(summary(await validate(await augment(signed, { level: 'B-T', digestOfSource }))), [
    'Sig B-T TOTAL_PASSED LTA_UPDATES',
    `${stamp} NONE`,
  ])
})

test('embedding at a level: the time-stamp in the signature, or behind it where the plan kept no room', async () => {
  const probe = { transport: timeAuthority(now), crypto: nodeCrypto, hashAlgorithm: 'SHA-256' } as const
  for (const [timestampTokenBytes, segments] of [
    [await probeTimeStampBytes(probe), { 'B-B': 1, 'B-T': 1, 'B-LT': 2, 'B-LTA': 3 }],
    [0, { 'B-B': 1, 'B-T': 2, 'B-LT': 3, 'B-LTA': 4 }],
  ] as const) {
    const { plan, signedAttributes } = await prepareSignature(bytesSource(plain), {
      certificate: signer.der,
      chain: [issuing.der],
      signingTime: now,
      crypto: nodeCrypto,
      timestampTokenBytes,
    })
    const signature = await signer.key.sign(signedAttributes)
    for (const level of ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const) {
      const options = level === 'B-B' ? { level, crypto: nodeCrypto } : { ...augmentOptions, level }
      const added = await embedAtLevel(bytesSource(plain), plan, signature, options)
      assert.equal(added.length, segments[level])
      const [report] = await validate(concat(plain, ...added))
      assert.deepEqual([report?.level, report?.indication], [level, 'TOTAL_PASSED'])
    }
  }
})
