import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  buildCertId,
  buildOcspRequest,
  buildTimeStampRequest,
  type Certificate,
  encodeBase64,
  parseCertificate,
  parseCrl,
  parseOcspResponse,
  parseTimeStampResponse,
  parseTimeStampToken,
  pemToDer,
  readSigningCertificate,
  verifyCertificateSignature,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { openTestEnvironment, type TestEnvironment } from '@cloudsigner/service/testing'
import { bytesOf, derOf, names, newCsr, type RunningCa, startCa } from './fixture.ts'

describe('the public listener', () => {
  let environment: TestEnvironment
  let running: RunningCa
  let issuing: Certificate
  let root: Certificate
  let alice: Certificate
  before(async () => {
    environment = await openTestEnvironment()
    running = await startCa(environment)
    issuing = parseCertificate(derOf(running.ca.connection.issuingCertificate))
    root = parseCertificate(derOf(running.ca.connection.trustRoot))
    const request = { ...names, username: 'alice', certificate_request: await newCsr() }
    alice = parseCertificate((await running.client.enroll(request)).certificate)
  })
  after(async () => {
    await running.close()
    await environment.close()
  })

  const get = async (url: string, contentType: string) => {
    const response = await fetch(url)
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, contentType])
    return bytesOf(response)
  }

  test("the signer certificate's URLs answer with what they name", async () => {
    const [crlUrl = '', ocspUrl, caUrl = ''] = [
      alice.extensions.crlUrls[0],
      alice.extensions.ocspUrls[0],
      alice.extensions.caIssuerUrls[0],
    ]
    assert.ok([crlUrl, ocspUrl, caUrl].every((url) => url?.startsWith(running.publicUrl)))
    const crl = parseCrl(await get(crlUrl, 'application/pkix-crl'))
    assert.deepEqual(crl.issuer.der, issuing.subject.der)
    assert.deepEqual(await get(caUrl, 'application/pkix-cert'), issuing.der)
    const rootCrl = parseCrl(await get(issuing.extensions.crlUrls[0] ?? '', 'application/pkix-crl'))
    assert.deepEqual(rootCrl.issuer.der, root.subject.der)
    assert.deepEqual(await get(issuing.extensions.caIssuerUrls[0] ?? '', 'application/pkix-cert'), root.der)
  })

  test('a CRL by store key in each form, and by name in either order, is the same', async () => {
    const sha1 = (bytes: Uint8Array) => encodeURIComponent(encodeBase64(nodeCrypto.digest('SHA-1', bytes)))
    const reference = await get(alice.extensions.crlUrls[0] ?? '', 'application/pkix-crl')
    const store = `${running.publicUrl}/ejbca/publicweb/crls/search.cgi`
    const byName = `${running.publicUrl}/ejbca/publicweb/webdist/certdist?cmd=crl&issuer=`
    const keyIdentifier = encodeURIComponent(encodeBase64(issuing.extensions.subjectKeyIdentifier ?? new Uint8Array()))
    for (const url of [
      `${store}?iHash=${sha1(issuing.subject.der)}`,
      `${store}?sHash=${sha1(issuing.subject.der).replace('%3D', '')}`,
      `${store}?sKIDHash=${keyIdentifier}`,
      byName + encodeURIComponent(issuing.subject.rfc4514),
      byName + encodeURIComponent('C=CZ,O=CloudSigner,organizationIdentifier=NTRCZ-00000000,CN=CloudSigner Issuing CA'),
    ]) {
      assert.deepEqual(await get(url, 'application/pkix-crl'), reference, url)
    }
    const pem = await (await fetch(`${byName}${encodeURIComponent(issuing.subject.rfc4514)}&format=PEM`)).text()
    assert.deepEqual(pemToDer(pem, 'X509 CRL'), reference)
  })

  test('CA certificates by subject and by issuer', async () => {
    const store = `${running.publicUrl}/ejbca/publicweb/certificates/search.cgi`
    const rootHash = encodeURIComponent(encodeBase64(nodeCrypto.digest('SHA-1', root.subject.der)))
    assert.deepEqual(await get(`${store}?sHash=${rootHash}`, 'application/pkix-cert'), root.der)
    assert.deepEqual(await get(`${store}?iHash=${rootHash}`, 'application/pkix-cert'), issuing.der)
  })

  for (const [path, status] of [
    ['/ejbca/publicweb/crls/search.cgi', 400],
    ['/ejbca/publicweb/crls/search.cgi?iHash=%%%', 400],
    ['/ejbca/publicweb/crls/search.cgi?iHash=!!', 400],
    ['/ejbca/publicweb/crls/search.cgi?iHash=AAAA', 404],
    ['/ejbca/publicweb/crls/search.cgi?iHash=AAAA&iHash=BBBB', 400],
    ['/ejbca/publicweb/webdist/certdist?cmd=crl&issuer=CN%3DNobody', 404],
    ['/ejbca/publicweb/webdist/certdist?cmd=deltacrl&issuer=CN%3DNobody', 404],
    ['/ejbca/publicweb/webdist/certdist', 400],
    ['/ejbca/publicweb/certificates/search.cgi?sKIDHash=AAAA', 404],
    ['/ejbca/ejbca-rest-api/v1/ca', 404],
    ['/tsa', 405],
  ] as const) {
    test(`GET ${path}: ${status}`, async () => {
      assert.equal((await running.open(path)).status, status)
    })
  }

  test('health', async () => {
    assert.equal(await (await running.open('/ejbca/publicweb/healthcheck/ejbcahealth')).text(), 'ALLOK')
  })

  const ask = async (request: Uint8Array) => {
    const response = await running.open('/ejbca/publicweb/status/ocsp', {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: request.slice().buffer,
    })
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/ocsp-response'])
    return parseOcspResponse(await bytesOf(response))
  }
  const certId = (serialNumber: string, hashAlgorithm: 'SHA-1' | 'SHA-256' = 'SHA-1', issuer = issuing) =>
    buildCertId({ issuer, serialNumber, hashAlgorithm, crypto: nodeCrypto })

  test('OCSP: good, unknown, revoked; by SHA-1 and SHA-256, the nonce echoed, signed by a delegated responder', async () => {
    const nonce = nodeCrypto.random(32)
    const certIds = [certId(alice.serialNumber), certId('1234', 'SHA-256')]
    const { basic } = await ask(buildOcspRequest({ certIds, nonce }))
    assert.ok(basic)
    assert.deepEqual(
      basic.responses.map(({ certStatus }) => certStatus.status),
      ['good', 'unknown'],
    )
    assert.deepEqual(
      basic.responses.map(({ certId }) => certId),
      certIds,
    )
    assert.deepEqual(basic.nonce, nonce)
    const responder = parseCertificate(basic.certificates[0] ?? new Uint8Array())
    assert.deepEqual(responder.extensions.extKeyUsage, ['1.3.6.1.5.5.7.3.9'])
    assert.ok(responder.extensions.ocspNoCheck)
    assert.ok(await verifyCertificateSignature(responder, issuing.subjectPublicKeyInfo, nodeCrypto))
    const { signatureAlgorithm, signature, tbsResponseData } = basic
    assert.ok(await nodeCrypto.verify(signatureAlgorithm, responder.subjectPublicKeyInfo, signature, tbsResponseData))

    const { serialNumber } = await running.client.enroll({
      ...names,
      username: 'bob',
      certificate_request: await newCsr(),
    })
    await running.client.revoke(issuing.subject.rfc4514, serialNumber, 'KEY_COMPROMISE')
    const revoked = (await ask(buildOcspRequest({ certIds: [certId(serialNumber)], nonce: null }))).basic
    const [answer] = revoked?.responses ?? []
    assert.ok(answer?.certStatus.status === 'revoked')
    assert.equal(answer.certStatus.reason, 'keyCompromise')
    assert.equal(revoked?.nonce, null)
  })

  test('OCSP by GET, percent-encoded and bare (RFC 6960 appendix A)', async () => {
    const base64 = encodeBase64(
      buildOcspRequest({ certIds: [certId(alice.serialNumber)], nonce: new Uint8Array(32).fill(0xff) }),
    )
    assert.match(base64, /\//, 'the case needs a slash')
    for (const path of [encodeURIComponent(base64), base64]) {
      const response = await running.open(`/ejbca/publicweb/status/ocsp/${path}`)
      assert.equal(parseOcspResponse(await bytesOf(response)).status, 'successful')
    }
    const bad = await running.open('/ejbca/publicweb/status/ocsp/!!!')
    assert.equal(parseOcspResponse(await bytesOf(bad)).status, 'malformedRequest')
  })

  test('OCSP answers what it cannot: malformed requests, issuers that are not its own', async () => {
    assert.equal((await ask(Uint8Array.of(1, 2, 3))).status, 'malformedRequest')
    assert.equal((await ask(new Uint8Array())).status, 'malformedRequest')
    const foreign = [certId(alice.serialNumber), certId(issuing.serialNumber, 'SHA-1', root)]
    assert.equal((await ask(buildOcspRequest({ certIds: foreign, nonce: null }))).status, 'unauthorized')
  })

  test('OCSP answers clients that leave the content type to Java', async () => {
    const response = await running.open('/ejbca/publicweb/status/ocsp', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: buildOcspRequest({ certIds: [certId(alice.serialNumber)], nonce: null }).slice(),
    })
    assert.equal(parseOcspResponse(await bytesOf(response)).status, 'successful')
  })

  test('a body too large or of another type is refused', async () => {
    const post = (contentType: string, body: Uint8Array<ArrayBuffer>) =>
      running.open('/ejbca/publicweb/status/ocsp', { method: 'POST', headers: { 'content-type': contentType }, body })
    assert.equal((await post('application/ocsp-request', new Uint8Array(20_000))).status, 413)
    assert.equal((await post('text/plain', new Uint8Array(10))).status, 415)
  })

  const stamp = async (request: Uint8Array) => {
    const response = await running.open('/tsa', {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: request.slice().buffer,
    })
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/timestamp-reply'])
    return parseTimeStampResponse(await bytesOf(response))
  }
  const messageImprint = {
    hashAlgorithm: 'SHA-256',
    hashedMessage: nodeCrypto.digest('SHA-256', Uint8Array.of(1)),
  } as const

  test('a time-stamp says what was asked, and its signer may', async () => {
    const nonce = Uint8Array.of(0x7f, 1, 2)
    const response = await stamp(buildTimeStampRequest({ messageImprint, nonce, reqPolicy: null, certReq: true }))
    assert.ok('token' in response)
    const { signedData, tstInfo } = parseTimeStampToken(response.token)
    assert.deepEqual(tstInfo.messageImprint, messageImprint)
    assert.deepEqual(tstInfo.nonce, nonce)
    assert.equal(tstInfo.accuracySeconds, 1)
    assert.ok(Math.abs(tstInfo.genTime.getTime() - Date.now()) < 60_000)
    const [signer] = signedData.signerInfos
    assert.ok(signer?.signedAttributes)
    const [reference] = readSigningCertificate(signer) ?? []
    const tsa = signedData.certificates
      .map(parseCertificate)
      .find(({ der }) => Buffer.from(nodeCrypto.digest('SHA-256', der)).equals(reference?.certHash ?? new Uint8Array()))
    assert.ok(tsa)
    assert.deepEqual(tsa.extensions.extKeyUsage, ['1.3.6.1.5.5.7.3.8'])
    assert.ok(await verifyCertificateSignature(tsa, issuing.subjectPublicKeyInfo, nodeCrypto))
    const { signatureAlgorithm, signature, signedAttributes } = signer
    assert.ok(await nodeCrypto.verify(signatureAlgorithm, tsa.subjectPublicKeyInfo, signature, signedAttributes))
  })

  test('no certificates where none were asked for, and never the same serial number', async () => {
    const request = buildTimeStampRequest({ messageImprint, nonce: null, reqPolicy: null, certReq: false })
    const tokens = await Promise.all([stamp(request), stamp(request), stamp(request)])
    const parsed = tokens.map((response) => ('token' in response ? parseTimeStampToken(response.token) : assert.fail()))
    assert.ok(parsed.every(({ signedData }) => signedData.certificates.length === 0))
    assert.equal(new Set(parsed.map(({ tstInfo }) => tstInfo.serialNumber)).size, 3)
  })

  test('what is refused, and why', async () => {
    const failInfo = async (request: Uint8Array) => {
      const response = await stamp(request)
      return 'failInfo' in response ? response.failInfo : null
    }
    const sha1 = { hashAlgorithm: 'SHA-1', hashedMessage: new Uint8Array(20) } as const
    const options = { nonce: null, reqPolicy: null, certReq: false }
    assert.equal(await failInfo(buildTimeStampRequest({ messageImprint: sha1, ...options })), 'badAlg')
    assert.equal(
      await failInfo(buildTimeStampRequest({ messageImprint, ...options, reqPolicy: '2.999.1' })),
      'unacceptedPolicy',
    )
    assert.equal(await failInfo(Uint8Array.of(0x30, 0)), 'badDataFormat')
    assert.equal(await failInfo(new Uint8Array()), 'badDataFormat')
  })
})
