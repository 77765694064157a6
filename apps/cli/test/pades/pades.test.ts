/** `cloudsigner pades`: signing, raising, time-stamping and looking into files, with no server of ours. */
import assert from 'node:assert/strict'
import { sign as signWith } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { encryptedByQpdf, makePdf } from '@cloudsigner/testing'
import { runPades } from '../../src/pades/main.ts'
import { runValidate } from '../../src/validate/main.ts'
import { now, openAuthorities } from './authorities.ts'

const authorities = await openAuthorities()
const { path, tsa } = authorities
after(() => authorities.close())
await writeFile(path('in.pdf'), makePdf())

async function call(run: typeof runPades, args: readonly string[], env: Record<string, string> = {}) {
  let [stdout, stderr] = ['', '']
  const io = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    env,
    now: () => now,
  }
  return { code: await run(args, io), stdout, stderr }
}
const pades = (args: readonly string[], env?: Record<string, string>) => call(runPades, args, env)
const signing = ['--key', path('key.pem'), '--chain', path('chain.pem')]
const stamping = ['--tsa', tsa, '--allow-private-addresses']

/** Level and indication of each signature, offline. */
async function judged(file: string, ...more: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await call(runValidate, ['--trust', path('root.pem'), '--json', ...more, file])
  const { signatures } = JSON.parse(stdout)
  return signatures.map((one: Record<string, unknown>) => `${one.type} ${one.level} ${one.indication}`)
}

for (const [level, expected] of [
  ['B-B', ['Sig B-B TOTAL_PASSED']],
  ['B-T', ['Sig B-T TOTAL_PASSED']],
  ['B-LT', ['Sig B-LT TOTAL_PASSED']],
  ['B-LTA', ['Sig B-LTA TOTAL_PASSED', 'DocTimeStamp null TOTAL_PASSED']],
] as const)
  test(`sign makes ${level}`, async () => {
    const output = path(`signed-${level}.pdf`)
    const authority = level === 'B-B' ? [] : stamping
    const signed = await pades(['sign', ...signing, '--level', level, ...authority, path('in.pdf'), output])
    assert.deepEqual([signed.code, signed.stderr], [0, ''])
    const revocation = level.startsWith('B-L') ? [] : ['--revocation', 'off']
    assert.deepEqual(await judged(output, ...revocation), expected)
    assert.deepEqual((await readFile(output)).subarray(0, makePdf().length), Buffer.from(makePdf()))
  })

test('augment raises what another program signed, timestamp stamps it, both in place', async () => {
  const file = path('raised.pdf')
  await pades(['sign', ...signing, path('in.pdf'), file])
  const trust = ['--trust', path('root.pem')]
  const raised = await pades(['augment', '--level', 'B-LTA', ...stamping, ...trust, '--json', file, file])
  assert.equal(JSON.parse(raised.stdout).segments.length, 3)
  assert.equal((await pades(['timestamp', '--tsa', tsa, file, file])).code, 0)
  assert.deepEqual(await judged(file, '--revocation', 'soft'), [
    'Sig B-LTA TOTAL_PASSED',
    ...Array(3).fill('DocTimeStamp null TOTAL_PASSED'),
  ])
  assert.deepEqual(
    (await readdir(authorities.folder)).filter((name) => name.includes('unfinished')),
    [],
  )
})

test('prepare and embed are the two phases as files; the key is somewhere else', async () => {
  const [plan, toSign, value, output] = ['plan.json', 'to-sign.der', 'value.sig', 'phases.pdf'].map(path)
  assert.ok(plan && toSign && value && output)
  const level = ['--level', 'B-T', '--tsa', tsa]
  const prepared = await pades([
    ...['prepare', '--chain', path('chain.pem'), ...level, '--to-sign', toSign, '--reason', 'Approved'],
    ...[path('in.pdf'), plan],
  ])
  assert.deepEqual([prepared.code, prepared.stderr], [0, ''])
  await writeFile(value, signWith('sha256', await readFile(toSign), authorities.signerKey))
  const embedded = await pades(['embed', ...level, path('in.pdf'), plan, value, output])
  assert.deepEqual([embedded.code, embedded.stderr], [0, ''])
  assert.deepEqual(await judged(output, '--revocation', 'off'), ['Sig B-T TOTAL_PASSED'])
  await writeFile(path('other.pdf'), makePdf(undefined, { kind: 'stream' }))
  const other = await pades(['embed', path('other.pdf'), plan, value, path('no.pdf')])
  assert.deepEqual([other.code, /not the file/.test(other.stderr)], [1, true])
})

test('RSASSA-PSS, a key under a password, a field by name', async () => {
  const pss = path('pss.pdf')
  const byRsa = ['--key', path('rsa.pem'), '--chain', path('rsa-chain.pem'), '--scheme', 'PSS', '--digest', 'SHA-512']
  assert.equal((await pades(['sign', ...byRsa, path('in.pdf'), pss])).code, 0)
  assert.deepEqual(await judged(pss, '--revocation', 'off'), ['Sig B-B TOTAL_PASSED'])
  const sealed = ['sign', '--key', path('sealed.pem'), '--chain', path('chain.pem'), '--field', 'Director']
  const file = path('sealed.pdf')
  assert.equal((await pades([...sealed, path('in.pdf'), file], { CLOUDSIGNER_KEY_PASSWORD: 'k' })).code, 0)
  const { stdout } = await pades(['inspect', '--json', file])
  assert.equal(JSON.parse(stdout)[0].signatures[0].field, 'Director')
  const without = await pades([...sealed, path('in.pdf'), file])
  assert.deepEqual([without.code, /no private key in PEM that this password opens/.test(without.stderr)], [1, true])
})

test('certified with P = 1, a file takes time-stamps and no signatures', async () => {
  const file = path('certified.pdf')
  assert.equal((await pades(['sign', ...signing, '--certify', '1', path('in.pdf'), file])).code, 0)
  const second = await pades(['sign', ...signing, file, path('no.pdf')])
  assert.deepEqual([second.code, /certified_no_changes/.test(second.stderr)], [1, true])
  assert.equal((await pades(['augment', '--level', 'B-T', '--tsa', tsa, file, file])).code, 0)
  assert.deepEqual(await judged(file, '--revocation', 'off'), [
    'Sig B-T TOTAL_PASSED',
    'DocTimeStamp null TOTAL_PASSED',
  ])
})

test('a visible signature is described by a file, its image by a path from there', async () => {
  const image = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  await writeFile(path('seal.png'), Buffer.from(image, 'base64'))
  const visible = {
    image: 'seal.png',
    fieldParameters: { originX: 10, originY: 10, width: 80, height: 30 },
    textParameters: { text: 'Signed', standard14Font: 'HELVETICA' },
  }
  await writeFile(path('visible.json'), JSON.stringify(visible))
  const file = path('visible.pdf')
  const signed = await pades(['sign', ...signing, '--visible', path('visible.json'), path('in.pdf'), file])
  assert.deepEqual([signed.code, signed.stderr], [0, ''])
  assert.match((await readFile(file)).toString('latin1'), /\/Rect \[10 160 90 190\]/)
  await writeFile(path('wrong.json'), '{"zoom": "large"}')
  const refused = await pades(['sign', ...signing, '--visible', path('wrong.json'), path('in.pdf'), file])
  assert.deepEqual([refused.code, /visualSignature/.test(refused.stderr)], [1, true])
})

test('encrypted files are signed and looked into with their password', async () => {
  await writeFile(path('secret.pdf'), Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3']))
  const file = path('secret-signed.pdf')
  const without = await pades(['sign', ...signing, path('secret.pdf'), file])
  assert.deepEqual([without.code, /password_wrong/.test(without.stderr)], [1, true])
  assert.equal((await pades(['sign', ...signing, '--password', 'o', path('secret.pdf'), file])).code, 0)
  assert.deepEqual(await judged(file, '--password', 'o', '--revocation', 'off'), ['Sig B-B TOTAL_PASSED'])
  const { stdout } = await pades(['inspect', file], { CLOUDSIGNER_PDF_PASSWORD: 'u' })
  assert.match(stdout, /encrypted {5}R 6, opened as user/)
})

test('inspect tells what is in a file', async () => {
  const file = path('inspected.pdf')
  await pades(['sign', ...signing, '--level', 'B-LTA', ...stamping, path('in.pdf'), file])
  const { code, stdout } = await pades(['inspect', file])
  assert.equal(code, 0)
  assert.match(stdout, /stored {8}3 certificates, 1 CRLs, 0 OCSP answers/)
  assert.match(
    stdout,
    /Sig {11}Signature1; B-LTA; intact; ENTIRE_REVISION; later changes: LTA_UPDATES; CN=Signer; stamped 2026/,
  )
})

const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no such command', ['seal'], /no command 'seal'/],
  ['an option that is none', ['sign', '--loud'], /--loud/],
  ['no key', ['sign', '--chain', path('chain.pem'), 'a', 'b'], /needs --key/],
  ['one file where two are needed', ['sign', ...signing, 'a'], /takes IN OUT/],
  ['a level that is none', ['sign', ...signing, '--level', 'B-X', path('in.pdf'), path('no.pdf')], /--level is/],
  [
    'a level without an authority',
    ['sign', ...signing, '--level', 'B-T', path('in.pdf'), path('no.pdf')],
    /needs --tsa/,
  ],
  ['an authority for nothing', ['sign', ...signing, '--tsa', tsa, path('in.pdf'), path('no.pdf')], /levels from B-T/],
  [
    'augmenting without anchors',
    ['augment', '--level', 'B-LT', '--tsa', tsa, path('in.pdf'), path('no.pdf')],
    /--trust/,
  ],
  ['augmenting to nothing', ['augment', '--tsa', tsa, path('in.pdf'), path('no.pdf')], /needs --level/],
]
for (const [what, args, message] of usage)
  test(`wrong usage: ${what}`, async () => {
    const { code, stderr } = await pades(args)
    assert.deepEqual([code, message.test(stderr), /usage: cloudsigner pades/.test(stderr)], [2, true, true], stderr)
  })

const failures: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a file that is not there', ['sign', ...signing, path('none.pdf'), path('no.pdf')], /none\.pdf/],
  [
    'a key of another certificate',
    ['sign', '--key', path('rsa.pem'), '--chain', path('chain.pem'), path('in.pdf'), path('no.pdf')],
    /not that of the first certificate/,
  ],
  [
    'no certificate',
    ['sign', '--key', path('key.pem'), '--chain', path('key.pem'), path('in.pdf'), path('no.pdf')],
    /no PEM certificate/,
  ],
  [
    'an unsigned file to raise',
    ['augment', '--level', 'B-T', '--tsa', tsa, path('in.pdf'), path('no.pdf')],
    /not_signed/,
  ],
  ['what is no plan', ['embed', path('in.pdf'), path('key.pem'), path('key.pem'), path('no.pdf')], /no plan/],
]
for (const [what, args, message] of failures)
  test(`refused: ${what}; nothing is written`, async () => {
    const { code, stderr } = await pades(args)
    assert.deepEqual([code, message.test(stderr)], [1, true], stderr)
    assert.ok(!(await readdir(authorities.folder)).some((name) => name.startsWith('no.pdf')))
  })

test('an authority that does not answer is named with what it said, after the rounds', async () => {
  const closed = tsa.replace('/tsa', '/closed')
  const { code, stderr } = await pades(['timestamp', '--tsa', closed, path('in.pdf'), path('no.pdf')])
  assert.deepEqual([code, /timestamp_unavailable: .*answers 503/.test(stderr)], [1, true], stderr)
})

test('help tells the usage', async () => {
  assert.equal((await pades(['--help'])).code, 0)
  assert.equal((await pades([])).code, 2)
})
