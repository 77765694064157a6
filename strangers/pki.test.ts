/** Certificates, CRL, OCSP, time-stamps and CMS under openssl and the linters. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses, chain, crlOf, exampleNames, signedExample } from './examples.ts'
import { type Outcome, run, runWell } from './process.ts'
import { publicSignerCertificate } from './public-ca.ts'
import { scratch, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { strangersRoot, tools } from './tools.ts'

const client = ['java', 'powerauthClient', 'openssl'] as const

strangerTest('openssl: the chain verifies, every certificate against its CRL', client, async () => {
  const { signer, issuing, root } = await chain()
  const crls = [(await crlOf(signer)).pem, (await crlOf(issuing)).pem]
  const strict = ['-x509_strict', '-crl_check_all', ...crls.flatMap((crl) => ['-CRLfile', crl])]
  const { stdout } = await runWell('openssl', ['verify', ...strict, '-CAfile', root, '-untrusted', issuing, signer])
  assert.match(stdout, /: OK/)
})

strangerTest('openssl: the CRLs are signed by their issuers', client, async () => {
  const { signer, issuing, root } = await chain()
  for (const [subject, issuer] of [
    [signer, issuing],
    [issuing, root],
  ] as const) {
    const { pem } = await crlOf(subject)
    const { stderr } = await runWell('openssl', ['crl', '-in', pem, '-noout', '-CAfile', issuer])
    assert.match(stderr, /verify OK/)
  }
})

strangerTest('openssl: the OCSP responder says good, with the nonce echoed', client, async () => {
  const { signer, issuing, root } = await chain()
  const [url = ''] = (await addresses(signer, 'authorityInfoAccess')).ocsp
  const query = ['ocsp', '-issuer', issuing, '-cert', signer, '-url', url, '-CAfile', root, '-verify_other', issuing]
  const { stdout, stderr } = await runWell('openssl', query)
  assert.match(stderr, /Response verify OK/)
  assert.match(stdout, /: good/)
  assert.doesNotMatch(stderr, /no nonce in response/)
})

strangerTest('openssl: an unknown serial number is not good', client, async () => {
  const { signer, issuing, root } = await chain()
  const [url = ''] = (await addresses(signer, 'authorityInfoAccess')).ocsp
  const query = ['ocsp', '-issuer', issuing, '-serial', '0x1234567890abcdef', '-url', url, '-CAfile', root]
  const { stdout } = await run('openssl', [...query, '-verify_other', issuing])
  assert.doesNotMatch(stdout, /: good/)
})

strangerTest('openssl: the issuer of the signer is where its certificate says', client, async () => {
  const { signer, issuing } = await chain()
  const [url = ''] = (await addresses(signer, 'authorityInfoAccess')).caIssuers
  const fetched = new Uint8Array(await (await fetch(url)).arrayBuffer())
  const fingerprint = async (args: readonly string[], input?: Uint8Array) =>
    (await runWell('openssl', ['x509', '-noout', '-fingerprint', '-sha256', ...args], input ? { input } : {})).stdout
  assert.equal(await fingerprint(['-inform', 'DER'], fetched), await fingerprint(['-in', issuing]))
})

for (const name of exampleNames)
  strangerTest(`openssl: the CMS of ${name} verifies over the bytes that the ByteRange covers`, client, async () => {
    const { pdf } = await signedExample(name)
    const { issuing, root } = await chain()
    const folder = await scratch()
    const content = join(folder, 'covered')
    await writeFile(content, pdf.covered)
    const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-content', content, '-out', join(folder, 'out')]
    const trust = ['-CAfile', root, '-certfile', issuing, '-purpose', 'any']
    await runWell('openssl', [...verify, ...trust], { input: pdf.cms })
    await writeFile(content, pdf.covered.subarray(1))
    assert.notEqual((await run('openssl', [...verify, ...trust], { input: pdf.cms })).code, 0, 'other bytes')
  })

strangerTest('openssl: the time-stamp authority answers a query, and its token verifies', client, async () => {
  const { tsa } = await stack()
  const { issuing, root } = await chain()
  const folder = await scratch()
  const query = join(folder, 'query.tsq')
  const reply = join(folder, 'reply.tsr')
  await runWell('openssl', ['ts', '-query', '-data', root, '-sha256', '-cert', '-out', query])
  const headers = { 'content-type': 'application/timestamp-query' }
  const response = await fetch(tsa, { method: 'POST', headers, body: await readFile(query) })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/timestamp-reply')
  await writeFile(reply, new Uint8Array(await response.arrayBuffer()))
  const verify = ['ts', '-verify', '-queryfile', query, '-in', reply, '-CAfile', root, '-untrusted', issuing]
  const { stdout, stderr } = await runWell('openssl', verify)
  assert.match(stdout + stderr, /Verification: OK/)
})

const sources = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC8813,ETSI_ESI,Community'

strangerTest('zlint finds nothing in any certificate of the chain', [...client, 'zlint'], async () => {
  for (const certificate of Object.values(await chain())) {
    const { stdout } = await runWell(tools.zlint.path, ['-includeSources', sources, certificate])
    const lints: Record<string, { result: string }> = JSON.parse(stdout)
    assert.ok(Object.keys(lints).length > 50, 'the lints ran')
    const found = Object.entries(lints).filter(([, { result }]) => ['warn', 'error', 'fatal'].includes(result))
    assert.deepEqual(found, [], certificate)
  }
})

/** A linter of pkilint; what it finds stands in its output, and is counted in its exit code. */
async function pkilint(linter: string, args: readonly string[]): Promise<Outcome> {
  return run(join(strangersRoot, 'pkilint', 'bin', linter), args)
}

function assertNothingFound(outcome: Outcome): void {
  assert.equal(outcome.code, 0, `${outcome.stdout}${outcome.stderr}`)
}

const linting = [...client, 'pkilint'] as const
const notice = ['lint', '-s', 'NOTICE', '-f', 'TEXT']

strangerTest('pkilint finds nothing in any certificate of the chain', linting, async () => {
  for (const certificate of Object.values(await chain()))
    assertNothingFound(await pkilint('lint_pkix_cert', [...notice, certificate]))
})

strangerTest('pkilint finds nothing between issuer and subject', linting, async () => {
  const { signer, issuing, root } = await chain()
  const lint = 'lint_pkix_signer_signee_cert_chain'
  assertNothingFound(await pkilint(lint, [...notice, issuing, signer]))
  assertNothingFound(await pkilint(lint, [...notice, root, issuing]))
})

const naturalPerson = ['-t', 'NCP-NATURAL-PERSON-CERTIFICATE']

strangerTest('pkilint finds the signer certificate to be of the shape of EN 319 412-2', linting, async () => {
  const subject = '/C=CZ/CN=Alice Novak/GN=Alice/SN=Novak/serialNumber=IDCCZ-998877665'
  const certificate = await publicSignerCertificate(subject)
  assertNothingFound(await pkilint('lint_etsi_cert', [...notice, ...naturalPerson, certificate]))
})

strangerTest('… and on loopback finds only that its addresses are loopback', linting, async () => {
  const { signer } = await chain()
  const { stdout } = await pkilint('lint_etsi_cert', [...notice, ...naturalPerson, signer])
  const findings = [...stdout.matchAll(/^ +([\w.]+) \((?:NOTICE|WARNING|ERROR|FATAL)\)/gm)].map((match) => match[1])
  assert.deepEqual([...new Set(findings)], ['etsi.internal_domain_name'], stdout)
})

strangerTest('pkilint finds nothing in the CRLs', linting, async () => {
  const { signer, issuing } = await chain()
  for (const certificate of [signer, issuing]) {
    const { pem } = await crlOf(certificate)
    assertNothingFound(await pkilint('lint_crl', [...notice, '-p', 'PKIX', '-t', 'CRL', pem]))
  }
})

strangerTest('pkilint finds nothing in the OCSP response', linting, async () => {
  const { signer, issuing } = await chain()
  const [url = ''] = (await addresses(signer, 'authorityInfoAccess')).ocsp
  const response = join(await scratch(), 'response.ocsp')
  const query = ['ocsp', '-issuer', issuing, '-cert', signer, '-url', url, '-noverify', '-respout', response]
  await runWell('openssl', query)
  assertNothingFound(await pkilint('lint_ocsp_response', [...notice, response]))
})
