/** Signature policy (EPES) and commitment type among the signed attributes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embedSignature, prepareSignature, validateSignatures } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import { buildAttribute, cmsOids, encodeDer, parseSignedData, toHex } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { baseOptions, pki, readSignature, signFile } from './signing.ts'

const signaturePolicy = {
  oid: '1.2.3.4.5',
  hashAlgorithm: 'SHA-256',
  hash: new Uint8Array(32).fill(7),
  uri: 'https://policy.example/1.pdf',
} as const

test('a policy and a commitment are signed, in exactly the space that was kept', async () => {
  const { file, plan } = await signFile(makePdf(), { signaturePolicy, commitmentType: 'proofOfApproval' })
  const { contents } = await readSignature(file, plan.fieldName)
  const [signerInfo] = parseSignedData(contents).signerInfos
  const values = (type: string) => signerInfo?.attributes.find((one) => one.type === type)?.values.map(toHex)
  // SignaturePolicyId of RFC 5126 §5.8.1: identifier, hash, and where the document is had.
  const digest = `302F300B06096086480165030402010420${'07'.repeat(32)}`
  const uri = Buffer.from(signaturePolicy.uri).toString('hex').toUpperCase()
  assert.ok(values(cmsOids.signaturePolicyIdentifier)?.[0]?.includes(`06042A030405${digest}`))
  assert.ok(values(cmsOids.signaturePolicyIdentifier)?.[0]?.endsWith(uri))
  assert.deepEqual(values(cmsOids.commitmentTypeIndication), ['300D060B2A864886F70D0109100605'])
  assert.ok(contents.length - contents.findLastIndex((octet) => octet !== 0) <= 8)
  const { signatures } = await validateSignatures(bytesSource(file), {
    trustAnchors: [pki.root],
    at: baseOptions.signingTime,
    revocation: 'off',
    crypto: nodeCrypto,
  })
  assert.deepEqual(
    signatures.map(({ indication, level }) => [indication, level]),
    [['TOTAL_PASSED', 'B-B']],
  )
})

test('a policy that is none is refused: commitment_invalid', async () => {
  const wrong = { ...signaturePolicy, oid: 'policy' }
  await assert.rejects(signFile(makePdf(), { signaturePolicy: wrong }), { code: 'commitment_invalid' })
})

test('a plan carries no other attributes than those: plan_invalid', async () => {
  const { plan, signedAttributes } = await prepareSignature(bytesSource(makePdf()), baseOptions)
  const signature = await pki.signer.sign(signedAttributes)
  const time = buildAttribute(cmsOids.signingTime, encodeDer(0x17, Buffer.from('260101000000Z')))
  for (const otherAttributes of [[time.toBase64()], ['AA=='], 'x'])
    await assert.rejects(
      embedSignature({ ...plan, otherAttributes } as typeof plan, signature, { crypto: nodeCrypto }),
      { code: 'plan_invalid' },
    )
})
