import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildAttribute, buildSignedAttributes, cmsOids, extKeyUsage, keyUsage } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { crlOf, type Entity, issue, issuing, root, signer, timeStamping, tsa } from './authority.ts'
import {
  addStore,
  cadesDetached,
  codes,
  documentTimestamp,
  plain,
  sign,
  signedData,
  signField,
  timestampToken,
  validate,
  validateFirst,
  verdict,
} from './scenario.ts'

const stamped = new Date('2026-07-01T11:59:55Z')
/** The certificate of the signer has expired then, and nothing else. */
const years = new Date('2029-01-01T00:00:00Z')

/** A signature with a time-stamp of its value, or of something else. */
function signWithTimestamp(by: Entity = tsa, of?: Uint8Array): Promise<Uint8Array> {
  return signField(
    plain,
    async (messageDigest) => {
      const attributes = { messageDigest, signingCertificate: signer.der, crypto: nodeCrypto }
      const signedAttributes = buildSignedAttributes(attributes)
      const signature = await signer.key.sign(signedAttributes)
      const once = { ...signer.key, sign: async () => signature }
      const token = await timestampToken(of ?? nodeCrypto.digest('SHA-256', signature), stamped, by)
      const unsigned = [buildAttribute(cmsOids.signatureTimeStampToken, token)]
      return signedData(once, signedAttributes, [signer, issuing], unsigned)
    },
    { subFilter: cadesDetached },
  )
}

test('a time-stamp of the signature value makes B-T and is the best signature time', async () => {
  const report = await validateFirst(await signWithTimestamp())
  assert.equal(verdict(report), 'TOTAL_PASSED')
  assert.equal(report.level, 'B-T')
  assert.equal(report.bestSignatureTime, stamped.toISOString())
  assert.deepEqual(report.timestamps, [
    {
      type: 'SIGNATURE_TIMESTAMP',
      time: stamped.toISOString(),
      intact: true,
      indication: 'TOTAL_PASSED',
      subIndication: null,
      authority: 'CN=Time',
    },
  ])
})

test('the time-stamp lets the signature outlive its certificate', async () => {
  const report = await validateFirst(await signWithTimestamp(), { at: years })
  assert.equal(verdict(report), 'TOTAL_PASSED')
  assert.equal(report.bestSignatureTime, stamped.toISOString())
})

test('a time-stamp over other data proves nothing', async () => {
  const report = await validateFirst(await signWithTimestamp(tsa, new Uint8Array(32)), { at: years })
  assert.equal(verdict(report), 'INDETERMINATE/OUT_OF_BOUNDS_NO_POE')
  assert.equal(report.timestamps[0]?.subIndication, 'HASH_FAILURE')
  assert.equal(report.timestamps[0]?.intact, false)
  assert.ok(codes(report).includes('timestamp_invalid'))
})

test('an authority that is not trusted, or not for time-stamps alone, proves nothing (RFC 3161 §2.3)', async () => {
  const extensions = [keyUsage('digitalSignature'), extKeyUsage([timeStamping], true)]
  const unknown = await issue('CN=Other Time', { extensions })
  const uncritical = await issue('CN=Time', { issuer: root, extensions: [extKeyUsage([timeStamping])] })
  const twoPurposes = await issue('CN=Time', {
    issuer: root,
    extensions: [extKeyUsage([timeStamping, '1.3.6.1.5.5.7.3.4'], true)],
  })
  for (const authority of [unknown, uncritical, twoPurposes]) {
    const report = await validateFirst(await signWithTimestamp(authority), { at: years })
    assert.equal(verdict(report), 'INDETERMINATE/OUT_OF_BOUNDS_NO_POE')
    assert.ok(codes(report).includes('timestamp_untrusted'))
    assert.equal(report.bestSignatureTime, years.toISOString())
  }
})

test('a time-stamp from before the certificate is NOT_YET_VALID', async () => {
  const young = await issue('CN=Young', {
    issuer: issuing,
    serial: 8,
    extensions: [keyUsage('nonRepudiation')],
    notBefore: '2027-01-01',
    notAfter: '2027-06-01',
  })
  const file = await documentTimestamp(await sign(plain, { by: young }), stamped)
  const report = await validateFirst(file, { at: years })
  assert.equal(verdict(report), 'TOTAL_FAILED/NOT_YET_VALID')
})

const store = {
  certificates: [issuing.der, root.der],
  crls: [await crlOf(root), await crlOf(issuing)],
}
const longTerm = await addStore(await sign(plain), store)
const archived = await documentTimestamp(longTerm, stamped)

test('with revocation data in the file it passes offline; with a document time-stamp over them it is B-LTA', async () => {
  const offline = await validateFirst(longTerm, { revocation: 'require' })
  assert.equal(verdict(offline), 'TOTAL_PASSED')
  const [signature, timestamp] = await validate(archived, { revocation: 'require' })
  assert.ok(signature && timestamp)
  assert.equal(verdict(signature), 'TOTAL_PASSED')
  assert.deepEqual([signature.level, signature.modifications], ['B-LTA', 'LTA_UPDATES'])
  assert.deepEqual([signature.coverage, signature.revision], ['ENTIRE_REVISION', 1])
  assert.deepEqual(
    [timestamp.type, timestamp.coverage, verdict(timestamp)],
    ['DocTimeStamp', 'ENTIRE_FILE', 'TOTAL_PASSED'],
  )
  assert.equal(timestamp.timestamps[0]?.type, 'DOCUMENT_TIMESTAMP')
})

test('years later the data in the file still prove it, as of the document time-stamp', async () => {
  const later = await crlOf(root, { thisUpdate: '2028-12-31T00:00:00Z', nextUpdate: '2029-01-07T00:00:00Z' })
  const fetchRevocation = {
    fetchCrl: async () => later,
    fetchOcsp: () => Promise.reject(new Error('none')),
  }
  const [signature] = await validate(archived, { at: years, revocation: 'require', fetchRevocation })
  assert.ok(signature)
  assert.equal(verdict(signature), 'TOTAL_PASSED')
  assert.equal(signature.bestSignatureTime, stamped.toISOString())
})

test('a revocation after the proven time does no harm, one before it does', async () => {
  const at = new Date('2026-07-05T00:00:00Z')
  const revokedAt = (time: string) => crlOf(issuing, { revoked: [{ entity: signer, at: time }] })
  const extended = async (time: string) =>
    addStore(await signWithTimestamp(), { ...store, crls: [await crlOf(root), await revokedAt(time)] })
  const after = await validateFirst(await extended('2026-07-02T00:00:00Z'), { at, revocation: 'require' })
  assert.equal(verdict(after), 'TOTAL_PASSED')
  const before = await validateFirst(await extended('2026-07-01T00:00:00Z'), { at, revocation: 'require' })
  assert.equal(verdict(before), 'INDETERMINATE/REVOKED_NO_POE')
})

test('a document time-stamp whose file was changed proves nothing', async () => {
  const changed = archived.slice()
  const offset = Buffer.from(plain).indexOf('0 0 20 20 re')
  changed[offset] = 0x31
  const [signature, timestamp] = await validate(changed, { at: years })
  assert.ok(signature && timestamp)
  assert.equal(verdict(signature), 'TOTAL_FAILED/HASH_FAILURE')
  assert.equal(verdict(timestamp), 'TOTAL_FAILED/HASH_FAILURE')
})
