import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RevocationFetcher } from '@cloudsigner/pki'
import { keyUsage } from '@cloudsigner/pki'
import { authorityExtensions, crlOf, crlUrl, issue, issuing, root, signer } from './authority.ts'
import { codes, plain, sign, validateFirst, verdict } from './scenario.ts'

const signed = await sign(plain)

function online(crls: Readonly<Record<string, Uint8Array>>): RevocationFetcher {
  return {
    async fetchCrl(url) {
      const crl = crls[url]
      if (crl === undefined) throw new Error(`nothing at ${url}`)
      return crl
    },
    fetchOcsp: () => Promise.reject(new Error('no responder')),
  }
}
const rootCrl = await crlOf(root)
const issuingCrl = await crlOf(issuing)
const allGood = online({ [crlUrl('root')]: rootCrl, [crlUrl('issuing')]: issuingCrl })

test('without an anchor, or with one that is not its own, there is no chain', async () => {
  assert.equal(verdict(await validateFirst(signed, { trustAnchors: [] })), 'INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
  const stranger = await issue('CN=Root', { extensions: authorityExtensions })
  const report = await validateFirst(signed, { trustAnchors: [stranger.der] })
  assert.equal(verdict(report), 'INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
  assert.equal(report.intact, true)
})

test('the issuing authority may come from the caller where the signature lacks it', async () => {
  const bare = await sign(plain, { authorities: [] })
  assert.equal(verdict(await validateFirst(bare)), 'INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND')
  assert.equal(verdict(await validateFirst(bare, { certificates: [issuing.der] })), 'TOTAL_PASSED')
})

test('out of the days of its certificate, without proof of an earlier time, is OUT_OF_BOUNDS_NO_POE', async () => {
  for (const at of ['2025-12-31T23:59:59Z', '2028-01-01T00:00:01Z']) {
    assert.equal(verdict(await validateFirst(signed, { at: new Date(at) })), 'INDETERMINATE/OUT_OF_BOUNDS_NO_POE')
  }
})

test('a certificate that is not for signing is CHAIN_CONSTRAINTS_FAILURE', async () => {
  const other = await issue('CN=Encrypting', { issuer: issuing, serial: 5, extensions: [keyUsage('keyAgreement')] })
  assert.equal(
    verdict(await validateFirst(await sign(plain, { by: other }))),
    'INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE',
  )
})

test('an issuer that is no authority is CERTIFICATE_CHAIN_GENERAL_FAILURE', async () => {
  const pretender = await issue('CN=Pretender', { issuer: issuing, serial: 6, extensions: [keyUsage('keyCertSign')] })
  const victim = await issue('CN=Victim', { issuer: pretender, extensions: [keyUsage('nonRepudiation')] })
  const file = await sign(plain, { by: victim, authorities: [pretender, issuing] })
  assert.equal(verdict(await validateFirst(file)), 'INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE')
})

test('revocation that has to be known and is not leaves it at TRY_LATER; soft is a warning; off says so', async () => {
  const required = await validateFirst(signed, { revocation: 'require' })
  assert.equal(verdict(required), 'INDETERMINATE/TRY_LATER')
  assert.ok(codes(required).includes('revocation_unknown'))
  const soft = await validateFirst(signed, { revocation: 'soft' })
  assert.equal(verdict(soft), 'TOTAL_PASSED')
  assert.ok(codes(soft).includes('revocation_unknown'))
  const off = await validateFirst(signed, { revocation: 'off' })
  assert.deepEqual(codes(off), ['revocation_off'])
})

test('with the CRLs of both authorities it passes without a warning', async () => {
  const report = await validateFirst(signed, { revocation: 'require', fetchRevocation: allGood })
  assert.equal(verdict(report), 'TOTAL_PASSED')
  assert.deepEqual(report.warnings, [])
})

test('one CRL that is stale is not enough', async () => {
  const stale = await crlOf(issuing, { thisUpdate: '2026-06-01T00:00:00Z', nextUpdate: '2026-06-08T00:00:00Z' })
  const fetchRevocation = online({ [crlUrl('root')]: rootCrl, [crlUrl('issuing')]: stale })
  assert.equal(
    verdict(await validateFirst(signed, { revocation: 'require', fetchRevocation })),
    'INDETERMINATE/TRY_LATER',
  )
})

test('a revoked certificate is REVOKED_NO_POE, a revoked authority REVOKED_CA_NO_POE, soft or not', async () => {
  const at = '2026-06-29T00:00:00Z'
  const signerRevoked = await crlOf(issuing, { revoked: [{ entity: signer, at, reason: 'keyCompromise' }] })
  const issuingRevoked = await crlOf(root, { revoked: [{ entity: issuing, at }] })
  const cases = [
    ['REVOKED_NO_POE', online({ [crlUrl('root')]: rootCrl, [crlUrl('issuing')]: signerRevoked })],
    ['REVOKED_CA_NO_POE', online({ [crlUrl('root')]: issuingRevoked, [crlUrl('issuing')]: issuingCrl })],
  ] as const
  for (const [subIndication, fetchRevocation] of cases) {
    for (const revocation of ['require', 'soft'] as const) {
      const report = await validateFirst(signed, { revocation, fetchRevocation })
      assert.equal(verdict(report), `INDETERMINATE/${subIndication}`)
    }
  }
})

test('a CRL that is forged counts for nothing', async () => {
  const impostor = await issue('CN=Issuing', { extensions: authorityExtensions })
  const forged = await crlOf(impostor)
  const fetchRevocation = online({ [crlUrl('root')]: rootCrl, [crlUrl('issuing')]: forged })
  const report = await validateFirst(signed, { revocation: 'require', fetchRevocation })
  assert.equal(verdict(report), 'INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE')
})
