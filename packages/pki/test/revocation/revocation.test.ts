import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  buildCertId,
  buildCrl,
  buildOcspErrorResponse,
  buildOcspResponse,
  type CertStatus,
  type CrlFields,
  evaluateRevocation,
  extKeyUsage,
  keyIdentifierOf,
  keyUsage,
  type OcspQuestion,
  ocspNoCheck,
  parseOcspRequest,
  type RevocationStatus,
  readCrlStatus,
  readOcspStatus,
  readRevocationData,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { at, type Entity, issue, signerExtensions } from '../path/test-authority.ts'

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const hour = 3_600_000
const before = new Date(at.getTime() - hour)
const after = new Date(at.getTime() + hour)

const issuer = await issue({ name: 'CN=Issuing,C=CZ', issuer: null })
const signer = await issue({ name: 'CN=Signer', issuer, serial: 7, extensions: signerExtensions })
const stranger = await issue({ name: 'CN=Stranger', issuer: null })

const question: OcspQuestion = {
  certificate: signer.certificate,
  issuer: issuer.certificate,
  at,
  crypto: nodeCrypto,
}

function crl(fields: Partial<CrlFields> = {}, by: Entity = issuer): Promise<Uint8Array> {
  const standing = {
    issuer: by.certificate.subject,
    authorityKeyIdentifier: keyIdentifierOf(by.certificate.subjectPublicKeyInfo, nodeCrypto),
    crlNumber: 1n,
    thisUpdate: before,
    nextUpdate: after,
    entries: [],
  }
  return buildCrl({ ...standing, ...fields }, by.key)
}
const entry = (reason: 'keyCompromise' | 'certificateHold' | 'removeFromCRL') => ({
  serialNumber: '07',
  revocationDate: before,
  reason,
  invalidityDate: null,
})

function why(status: RevocationStatus): string {
  return status.status === 'unknown' ? status.why : status.status
}

test('a CRL without the certificate says good, one with it revoked, with time and reason', async () => {
  assert.equal(why(await readCrlStatus(await crl(), question)), 'good')
  assert.deepEqual(await readCrlStatus(await crl({ entries: [entry('keyCompromise')] }), question), {
    status: 'revoked',
    source: 'crl',
    revocationTime: before,
    reason: 'keyCompromise',
  })
})

test('a certificate on hold is revoked, one taken off the list is not', async () => {
  assert.equal(why(await readCrlStatus(await crl({ entries: [entry('certificateHold')] }), question)), 'revoked')
  assert.equal(why(await readCrlStatus(await crl({ entries: [entry('removeFromCRL')] }), question)), 'good')
})

test('a CRL of another issuer says nothing (RFC 5280 §6.3.3 (b))', async () => {
  assert.equal(why(await readCrlStatus(await crl({}, stranger), question)), 'not_applicable')
})

test('a CRL that another key signed says nothing (§6.3.3 (g))', async () => {
  const forged = await crl({}, { ...issuer, key: stranger.key })
  assert.equal(why(await readCrlStatus(forged, question)), 'signature_invalid')
})

test('an issuer without cRLSign cannot speak (§6.3.3 (f))', async () => {
  const { certificate } = await issue({
    name: 'CN=Issuing,C=CZ',
    issuer: null,
    key: issuer.key,
    extensions: [keyUsage('keyCertSign')],
  })
  assert.equal(why(await readCrlStatus(await crl(), { ...question, issuer: certificate })), 'not_authorised')
})

test('a CRL counts until nextUpdate, five minutes of clocks apart', async () => {
  const stale = await crl({ thisUpdate: new Date(at.getTime() - 2 * hour), nextUpdate: before })
  assert.equal(why(await readCrlStatus(stale, question)), 'not_fresh')
  assert.equal(why(await readCrlStatus(stale, { ...question, at: new Date(before.getTime() + 60_000) })), 'good')
})

test('a CRL from the future of the validation cannot be', async () => {
  const future = await crl({ thisUpdate: after, nextUpdate: new Date(after.getTime() + hour) })
  assert.equal(why(await readCrlStatus(future, question)), 'not_fresh')
  // At an earlier moment that was asked about, later data are as good.
  assert.equal(why(await readCrlStatus(future, { ...question, validationTime: after })), 'good')
})

test('silence about a certificate that has expired says nothing in its favour', async () => {
  const expired = await issue({ name: 'CN=Old', issuer, serial: 7, notAfter: '2026-02-01T00:00:00Z' })
  const asked = { ...question, certificate: expired.certificate }
  assert.equal(why(await readCrlStatus(await crl(), asked)), 'not_applicable')
  assert.equal(why(await readCrlStatus(await crl({ entries: [entry('keyCompromise')] }), asked)), 'revoked')
})

test('bytes that are no CRL are a status', async () => {
  assert.equal(why(await readCrlStatus(Uint8Array.of(0x30, 0), question)), 'malformed')
})

interface Answer {
  readonly by?: Entity
  readonly about?: Entity
  readonly certStatus?: CertStatus
  readonly thisUpdate?: Date
  readonly nextUpdate?: Date | null
  readonly producedAt?: Date
  readonly nonce?: Uint8Array | null
  readonly certificates?: readonly Uint8Array[]
}

function ocsp(answer: Answer = {}): Promise<Uint8Array> {
  const { by = issuer, about = signer, certStatus = { status: 'good' }, nextUpdate = after } = answer
  const certId = buildCertId({
    issuer: issuer.certificate,
    serialNumber: about.certificate.serialNumber,
    hashAlgorithm: 'SHA-256',
    crypto: nodeCrypto,
  })
  return buildOcspResponse(
    {
      responderCertificate: by.certificate,
      producedAt: answer.producedAt ?? at,
      responses: [{ certId, certStatus, thisUpdate: answer.thisUpdate ?? before, nextUpdate }],
      nonce: answer.nonce ?? null,
      certificates: answer.certificates ?? [],
      crypto: nodeCrypto,
    },
    by.key,
  )
}

test('an OCSP response of the issuer is good, revoked or unknown, as it says', async () => {
  assert.equal(why(await readOcspStatus(await ocsp(), question)), 'good')
  const revoked = { status: 'revoked', revocationTime: before, reason: 'superseded' } as const
  assert.deepEqual(await readOcspStatus(await ocsp({ certStatus: revoked }), question), {
    status: 'revoked',
    source: 'ocsp',
    revocationTime: before,
    reason: 'superseded',
  })
  assert.equal(
    why(await readOcspStatus(await ocsp({ certStatus: { status: 'unknown' } }), question)),
    'responder_unknown',
  )
})

test('a delegate needs the purpose, nocheck, the issuer itself, and its days (RFC 6960 §4.2.2.2)', async () => {
  const extensions = [extKeyUsage([OCSP_SIGNING]), ocspNoCheck()]
  const status = async (delegate: Entity, sent: readonly Uint8Array[] = [delegate.der]) =>
    why(await readOcspStatus(await ocsp({ by: delegate, certificates: sent }), question))
  const good = await issue({ name: 'CN=Responder', issuer, extensions })
  assert.equal(await status(good), 'good')
  assert.equal(await status(good, []), 'not_authorised')
  assert.equal(await status(await issue({ name: 'CN=R', issuer, extensions: [ocspNoCheck()] })), 'not_authorised')
  assert.equal(
    await status(await issue({ name: 'CN=R', issuer, extensions: [extKeyUsage([OCSP_SIGNING])] })),
    'unsupported',
  )
  assert.equal(await status(await issue({ name: 'CN=R', issuer: stranger, extensions })), 'not_authorised')
  const impostor = { ...issuer, key: stranger.key }
  assert.equal(await status(await issue({ name: 'CN=R', issuer: impostor, extensions })), 'not_authorised')
  const old = await issue({ name: 'CN=R', issuer, extensions, notAfter: '2026-02-01T00:00:00Z' })
  assert.equal(await status(old), 'not_authorised')
  const encrypting = [...extensions, keyUsage('keyEncipherment')]
  assert.equal(await status(await issue({ name: 'CN=R', issuer, extensions: encrypting })), 'not_authorised')
})

test('a response that another key signed, or about another certificate, says nothing', async () => {
  assert.equal(
    why(await readOcspStatus(await ocsp({ by: { ...issuer, key: stranger.key } }), question)),
    'signature_invalid',
  )
  const other = await issue({ name: 'CN=Other', issuer, serial: 8 })
  assert.equal(why(await readOcspStatus(await ocsp({ about: other }), question)), 'not_applicable')
})

test('a response past its time, or without an end and not of the moment, says nothing', async () => {
  const long = new Date(at.getTime() - 3 * hour)
  assert.equal(why(await readOcspStatus(await ocsp({ thisUpdate: long, nextUpdate: before }), question)), 'not_fresh')
  assert.equal(why(await readOcspStatus(await ocsp({ thisUpdate: long, nextUpdate: null }), question)), 'not_fresh')
  assert.equal(why(await readOcspStatus(await ocsp({ thisUpdate: at, nextUpdate: null }), question)), 'good')
  const impossible = await ocsp({ thisUpdate: at, producedAt: long })
  assert.equal(why(await readOcspStatus(impossible, question)), 'not_fresh')
})

test('a response with the nonce of another request is a replay', async () => {
  const replayed = await ocsp({ nonce: Uint8Array.of(1) })
  assert.equal(why(await readOcspStatus(replayed, { ...question, nonce: Uint8Array.of(2) })), 'not_applicable')
  assert.equal(why(await readOcspStatus(replayed, { ...question, nonce: Uint8Array.of(1) })), 'good')
})

test('an error of the responder, and bytes that are none, are a status', async () => {
  assert.equal(why(await readOcspStatus(buildOcspErrorResponse('tryLater'), question)), 'responder_unknown')
  assert.equal(why(await readOcspStatus(Uint8Array.of(1, 2), question)), 'malformed')
})

test('of several data revoked outweighs good, and good outweighs what does not help', async () => {
  const good = await crl()
  const revoked = await ocsp({ certStatus: { status: 'revoked', revocationTime: before, reason: null } })
  const evaluate = (crls: readonly Uint8Array[], responses: readonly Uint8Array[]) =>
    evaluateRevocation({ ...question, data: readRevocationData(crls, responses) })
  assert.equal(why(await evaluate([good], [revoked])), 'revoked')
  assert.equal(why(await evaluate([good, await crl({}, stranger)], [])), 'good')
  assert.equal(why(await evaluate([], [])), 'no_data')
  assert.equal(why(await evaluate([await crl({}, { ...issuer, key: stranger.key })], [])), 'signature_invalid')
})

test('the network is asked only where the data at hand do not decide, OCSP before CRL', async () => {
  const asked: string[] = []
  const fetcher = {
    fetchCrl: async (url: string) => {
      asked.push(url)
      return crl()
    },
    fetchOcsp: async (url: string, request: Uint8Array) => {
      asked.push(url)
      const { nonce } = parseOcspRequest(request)
      return ocsp({ nonce })
    },
  }
  const extensions = { ...signer.certificate.extensions, ocspUrls: ['http://ocsp'], crlUrls: ['http://crl'] }
  const options = { ...question, certificate: { ...signer.certificate, extensions }, fetcher }
  const none = readRevocationData([], [])
  assert.equal(why(await evaluateRevocation({ ...options, data: readRevocationData([await crl()], []) })), 'good')
  assert.deepEqual(asked, [])
  assert.equal(why(await evaluateRevocation({ ...options, data: none })), 'good')
  assert.deepEqual(asked, ['http://ocsp'])
  const down = { ...fetcher, fetchOcsp: () => Promise.reject(new Error('down')) }
  assert.equal(why(await evaluateRevocation({ ...options, data: none, fetcher: down })), 'good')
  assert.deepEqual(asked, ['http://ocsp', 'http://crl'])
  const allDown = { ...down, fetchCrl: () => Promise.reject(new Error('down')) }
  assert.equal(why(await evaluateRevocation({ ...options, data: none, fetcher: allDown })), 'fetch_failed')
})
