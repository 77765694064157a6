/** A signer is revoked: the responder, the list and the validators all say so, and nothing more is signed. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aliceNovak, certificationRequest, commit, createDevice, enrol, sign, signBytes, upload } from './device.ts'
import { addresses, certificatesOf, crlOf } from './examples.ts'
import { basic, postJson, request, text } from './http.ts'
import { run } from './process.ts'
import { readSignedPdf } from './signed-pdf.ts'
import { scratch, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'
import { cloudsignerValidate, dss } from './validators.ts'

const needs = ['java', 'powerauthClient', 'openssl', 'dss'] as const

strangerTest(
  'a revoked signer: OCSP, CRL, DSS and our validator say revoked, and no signature follows',
  needs,
  async () => {
    const device = await createDevice()
    await commit(device)
    const enrolled = await enrol(device, await certificationRequest(device, aliceNovak))
    assert.equal(enrolled.status, 200, JSON.stringify(enrolled.body))
    const example = join(repositoryRoot, 'examples', 'current-account.pdf')
    const signed = await sign(device, example)
    const file = join(await scratch(), 'before-revocation.pdf')
    await writeFile(file, signed)
    const waiting = await upload(device, example)
    assert.equal(waiting.status, 200)

    const { signer, ca } = await stack()
    const revoked = await request(`${signer.url}/signers/${device.activationId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...basic(signer.basic) },
      body: JSON.stringify({ signerStatus: 'REVOKED', revocationReason: 'KEY_COMPROMISE' }),
    })
    assert.equal(revoked.status, 200, JSON.stringify(revoked.body))

    const certificates = await certificatesOf(readSignedPdf(signed).cms, 'revoked')
    const [url = ''] = (await addresses(certificates.signer, 'authorityInfoAccess')).ocsp
    const query = ['ocsp', '-issuer', certificates.issuing, '-cert', certificates.signer, '-url', url]
    const trust = ['-CAfile', ca.trustRoot, '-verify_other', certificates.issuing]
    const answer = await run('openssl', [...query, ...trust])
    assert.match(answer.stderr, /Response verify OK/)
    assert.match(answer.stdout, /: revoked\n[\s\S]*Reason: keyCompromise/)

    const { pem } = await crlOf(certificates.signer)
    const check = ['-crl_check', '-CRLfile', pem, '-CAfile', ca.trustRoot, '-untrusted', certificates.issuing]
    const verified = await run('openssl', ['verify', ...check, certificates.signer])
    assert.match(verified.stderr, /certificate revoked/)

    const judged = (await dss(ca.trustRoot, file)).signatures[0]
    assert.notEqual(judged?.indication, 'TOTAL_PASSED', JSON.stringify(judged))
    assert.match(judged?.subIndication ?? '', /REVOKED/)
    const ours = await cloudsignerValidate(ca.trustRoot, [file])
    assert.notEqual(ours.code, 0)
    assert.equal(ours.reports[0]?.signatures[0]?.indication, judged?.indication)
    assert.match(ours.reports[0]?.signatures[0]?.subIndication ?? '', /REVOKED/)

    const signature = await signBytes(device, Buffer.from(text(waiting.body, 'hash'), 'base64'))
    const documentId = text(waiting.body, 'documentId')
    const refused = await postJson(`${signer.url}/documents/${documentId}/signature`, { signature }, signer.basic)
    assert.equal(refused.status, 400)
    assert.equal(text(refused.body, 'responseObject', 'code'), 'ILLEGAL_OPERATION_ERROR')
  },
)
