import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  buildAttribute,
  buildSignedAttributes,
  buildSignedData,
  cmsOids,
  derChildren,
  encodeDer,
  encodeOid,
  fromHex,
  keyUsage,
  readDer,
  toHex,
} from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { issue, issuing, signer } from './authority.ts'
import {
  cadesDetached,
  cms,
  codes,
  concat,
  type MakeContents,
  now,
  plain,
  sign,
  signedData,
  signField,
  validate,
  validateFirst,
  verdict,
} from './scenario.ts'

const signed = await sign(plain)

/** Offset of the first digit of the (first) Contents, and of its closing bracket. */
function contentsOf(file: Uint8Array): readonly [number, number] {
  const key = Buffer.from(file).indexOf('/Contents <', plain.length)
  const start = key + '/Contents <'.length
  return [start, Buffer.from(file).indexOf('>', start)]
}

function flipped(file: Uint8Array, offset: number, change = 1): Uint8Array {
  const copy = file.slice()
  copy[offset] = (copy[offset] ?? 0) ^ change
  return copy
}

test('what we sign is TOTAL_PASSED: B-B, the whole file, intact', async () => {
  const report = await validateFirst(signed)
  assert.equal(verdict(report), 'TOTAL_PASSED')
  assert.deepEqual(
    {
      field: report.field,
      type: report.type,
      subFilter: report.subFilter,
      level: report.level,
      revision: report.revision,
      intact: report.intact,
      coverage: report.coverage,
      modifications: report.modifications,
      signer: report.signer,
      signingTime: report.signingTime,
      bestSignatureTime: report.bestSignatureTime,
      timestamps: report.timestamps,
    },
    {
      field: 'Signature1',
      type: 'Sig',
      subFilter: cadesDetached,
      level: 'B-B',
      revision: 1,
      intact: true,
      coverage: 'ENTIRE_FILE',
      modifications: 'NONE',
      signer: 'CN=Signer',
      signingTime: now.toISOString(),
      bestSignatureTime: now.toISOString(),
      timestamps: [],
    },
  )
})

test('a file without signatures has none to report', async () => {
  assert.deepEqual(await validate(plain), [])
})

test('a byte changed before the signature, or behind it, is HASH_FAILURE', async () => {
  const before = Buffer.from(plain).indexOf('0 0 20 20 re')
  const behind = Buffer.from(signed).lastIndexOf('/ID')
  for (const offset of [before, behind + 5]) {
    const report = await validateFirst(flipped(signed, offset))
    assert.equal(verdict(report), 'TOTAL_FAILED/HASH_FAILURE')
    assert.equal(report.intact, false)
  }
})

test('a changed signature value is SIG_CRYPTO_FAILURE', async () => {
  const [start, end] = contentsOf(signed)
  const value = Buffer.from(signed.subarray(start, end)).toString('latin1').replace(/0*$/, '').length
  const changed = signed.slice()
  const digit = start + value - 4
  changed[digit] = changed[digit] === 0x30 ? 0x31 : 0x30 // another hexadecimal digit, whichever the signature has there
  const report = await validateFirst(changed)
  assert.equal(verdict(report), 'TOTAL_FAILED/SIG_CRYPTO_FAILURE')
  assert.equal(report.intact, false)
})

test('anything but zeros behind the CMS, or a CMS that is broken, is FORMAT_FAILURE', async () => {
  const roomy = await signField(plain, cms(), { subFilter: cadesDetached })
  const [start, end] = contentsOf(roomy)
  const hidden = roomy.slice()
  hidden[end - 1] = 0x31
  for (const file of [hidden, flipped(roomy, start + 1)]) {
    const report = await validateFirst(file)
    assert.equal(verdict(report), 'TOTAL_FAILED/FORMAT_FAILURE')
    assert.equal(report.intact, false)
  }
})

test('the Contents of another document is HASH_FAILURE', async () => {
  const other = await sign(concat(plain, Buffer.from('% other\n')))
  const [from, to] = [contentsOf(other), contentsOf(signed)]
  const swapped = signed.slice()
  swapped.set(other.subarray(...from), to[0])
  assert.equal(verdict(await validateFirst(swapped)), 'TOTAL_FAILED/HASH_FAILURE')
})

test('bytes behind the end are no part of what was signed, and the signature does not pass', async () => {
  const report = await validateFirst(concat(signed, Buffer.from('% more\n')))
  assert.equal(report.intact, true)
  assert.notEqual(report.coverage, 'ENTIRE_FILE')
  assert.equal(report.modifications, null)
  assert.equal(verdict(report), 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
  assert.ok(codes(report).includes('later_revision_unjudged'))
})

const byteRanges: Readonly<Record<string, (contents: readonly [number, number], size: number) => readonly number[]>> = {
  'starts behind the first byte': ([start, end], size) => [8, start - 8, end, size - end],
  'leaves a gap before Contents': ([start, end], size) => [0, start - 20, end, size - end],
  'leaves a gap behind Contents': ([start, end], size) => [0, start, end + 8, size - end - 8],
  'covers the brackets of Contents': ([start, end], size) => [0, start + 1, end - 1, size - end + 1],
  'has its ranges overlap': ([start, end], size) => [0, start, 10, size - end],
  'reaches beyond the file': ([start, end], size) => [0, start, end, size - end + 10],
  'is of three numbers': ([start, end]) => [0, start, end],
  'is of six numbers': ([start, end], size) => [0, 10, 10, start - 10, end, size - end],
  'has a negative number': ([start, end], size) => [-1, start + 1, end, size - end],
}
for (const [what, byteRange] of Object.entries(byteRanges)) {
  test(`a ByteRange that ${what} is FORMAT_FAILURE, even where the digest agrees`, async () => {
    const report = await validateFirst(await signField(plain, cms(), { subFilter: cadesDetached, byteRange }))
    assert.equal(verdict(report), 'TOTAL_FAILED/FORMAT_FAILURE')
    assert.equal(report.coverage, 'UNCLEAR')
  })
}

test('a range that ends before the end of its revision is a block, and does not pass', async () => {
  const byteRange = ([start, end]: readonly [number, number], size: number) => [0, start, end, size - end - 8]
  const report = await validateFirst(await signField(plain, cms(), { subFilter: cadesDetached, byteRange }))
  assert.equal(report.coverage, 'CONTIGUOUS_BLOCK_FROM_START')
  assert.equal(report.intact, true)
  assert.equal(verdict(report), 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
})

const attributes = (messageDigest: Uint8Array) => ({
  messageDigest,
  signingCertificate: signer.der,
  crypto: nodeCrypto,
})
const set = (...members: readonly Uint8Array[]) => encodeDer(0x31, ...members)
const octets = (bytes: Uint8Array) => encodeDer(0x04, bytes)
const certificates = [signer, issuing]

async function verdictOf(make: MakeContents, subFilter = cadesDetached) {
  const report = await validateFirst(await signField(plain, make, { subFilter }))
  return { ...report, verdict: verdict(report) }
}

test('made by hand as it should be, a signature passes: the cases below differ in one thing each', async () => {
  assert.equal((await verdictOf(cms())).verdict, 'TOTAL_PASSED')
})

test('two signers are FORMAT_FAILURE (ETSI EN 319 142-1 §4.1)', async () => {
  const { verdict: result } = await verdictOf(async (digest) => {
    const [oid, tagged] = derChildren(readDer(await cms()(digest, digest)))
    assert.ok(oid && tagged)
    const members = [...derChildren(readDer(tagged.content))]
    const signerInfos = members.pop()
    assert.ok(signerInfos)
    const doubled = encodeDer(0x31, signerInfos.content, signerInfos.content)
    const inner = encodeDer(0x30, ...members.map(({ bytes }) => bytes), doubled)
    return encodeDer(0x30, oid.bytes, encodeDer(0xa0, inner))
  })
  assert.equal(result, 'TOTAL_FAILED/FORMAT_FAILURE')
})

test('what no signature covers has to agree: versions, and the list of digests (RFC 5652 §5.1, §5.3)', async () => {
  const changed = async (from: string, to: string) =>
    verdictOf(async (digest) => {
      const hex = toHex(await cms()(digest, digest))
      const at = hex.indexOf(from)
      assert.ok(at > 0, from)
      return fromHex(hex.slice(0, at) + to + hex.slice(at + from.length)) ?? new Uint8Array()
    })
  const sha256 = '300B0609608648016503040201'
  const version = '020101'
  assert.equal((await changed(`${version}31`, '02010231')).verdict, 'TOTAL_FAILED/FORMAT_FAILURE')
  assert.equal(
    (await changed(`310D${sha256}`, '310D300B0609608648016503040202')).verdict,
    'TOTAL_FAILED/FORMAT_FAILURE',
  )
  const signerInfo = `${version}30`
  const last = async (digest: Uint8Array) => {
    const hex = toHex(await cms()(digest, digest))
    const at = hex.lastIndexOf(signerInfo)
    return fromHex(`${hex.slice(0, at)}020103${hex.slice(at + 6)}`) ?? new Uint8Array()
  }
  assert.equal((await verdictOf(last)).verdict, 'TOTAL_FAILED/FORMAT_FAILURE')
})

test('a detached signature that encloses content is FORMAT_FAILURE', async () => {
  const { verdict: result } = await verdictOf(async (digest) => {
    const signedAttributes = buildSignedAttributes(attributes(digest))
    return buildSignedData({
      signedAttributes,
      signature: await signer.key.sign(signedAttributes),
      signatureAlgorithm: signer.key.signatureAlgorithm,
      digestAlgorithm: 'SHA-256',
      certificates: certificates.map(({ der }) => der),
      encapsulatedContent: { contentType: cmsOids.data, content: digest },
    })
  })
  assert.equal(result, 'TOTAL_FAILED/FORMAT_FAILURE')
})

test('a content-type attribute of another type, or message-digest twice, is FORMAT_FAILURE (RFC 5652 §11)', async () => {
  const wrongType = await verdictOf((digest) =>
    signedData(signer.key, buildSignedAttributes({ ...attributes(digest), contentType: '1.2.3.4' }), certificates),
  )
  assert.equal(wrongType.verdict, 'TOTAL_FAILED/FORMAT_FAILURE')
  const twice = await verdictOf((digest) => {
    const members = derChildren(readDer(buildSignedAttributes(attributes(digest)))).map(({ bytes }) => bytes)
    const again = buildAttribute(cmsOids.messageDigest, octets(digest))
    return signedData(signer.key, set(...members, again), certificates)
  })
  assert.equal(twice.verdict, 'TOTAL_FAILED/FORMAT_FAILURE')
})

test('signed attributes in another order than DER has were not what was signed (RFC 5652 §5.4)', async () => {
  const { verdict: result } = await verdictOf((digest) => {
    const members = derChildren(readDer(buildSignedAttributes(attributes(digest)))).map(({ bytes }) => bytes)
    return signedData(signer.key, set(...members.toReversed()), certificates)
  })
  assert.equal(result, 'TOTAL_FAILED/SIG_CRYPTO_FAILURE')
})

test('a signing-certificate that names another certificate is NO_SIGNING_CERTIFICATE_FOUND', async () => {
  const report = await verdictOf((digest) =>
    signedData(
      signer.key,
      buildSignedAttributes({ ...attributes(digest), signingCertificate: issuing.der }),
      certificates,
    ),
  )
  assert.equal(report.verdict, 'INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND')
  assert.equal(report.intact, true)
})

test('without signing-certificate a PAdES signature does not pass, and one of ISO 32000 is not PAdES', async () => {
  const make = (digest: Uint8Array) =>
    signedData(
      signer.key,
      set(
        buildAttribute(cmsOids.contentType, encodeOid(cmsOids.data)),
        buildAttribute(cmsOids.messageDigest, octets(digest)),
      ),
      certificates,
    )
  const pades = await verdictOf(make)
  assert.equal(pades.verdict, 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
  assert.ok(codes(pades).includes('signing_certificate_absent'))
  const iso = await verdictOf(make, 'adbe.pkcs7.detached')
  assert.equal(iso.verdict, 'TOTAL_PASSED')
  assert.equal(iso.level, null)
})

test('without the certificate of the signer nothing can be verified', async () => {
  const report = await verdictOf((digest) => {
    const certificateSet = { signerCertificate: signer.der, certificates: [] }
    const signedAttributes = buildSignedAttributes(attributes(digest))
    return signer.key.sign(signedAttributes).then((signature) =>
      buildSignedData({
        signedAttributes,
        signature,
        signatureAlgorithm: signer.key.signatureAlgorithm,
        digestAlgorithm: 'SHA-256',
        ...certificateSet,
      }),
    )
  })
  assert.equal(report.verdict, 'INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND')
  assert.equal(report.intact, null)
})

test('a key too short for today is CRYPTO_CONSTRAINTS_FAILURE_NO_POE', async () => {
  const key = keySigner(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)
  const weak = await issue('CN=Weak', { issuer: issuing, serial: 9, key, extensions: [keyUsage('nonRepudiation')] })
  const report = await verdictOf(cms(weak))
  assert.equal(report.verdict, 'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE')
  assert.equal(report.intact, true)
})

test('a SubFilter that nobody defined is not judged', async () => {
  const report = await verdictOf(cms(), 'Some.Other')
  assert.equal(report.verdict, 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
  assert.equal(report.intact, null)
})

test('adbe.pkcs7.sha1 is read, and SHA-1 does not pass', async () => {
  const make = async (_digest: Uint8Array, signedBytes: Uint8Array) => {
    const content = nodeCrypto.digest('SHA-1', signedBytes)
    const signedAttributes = buildSignedAttributes(attributes(nodeCrypto.digest('SHA-256', content)))
    return buildSignedData({
      signedAttributes,
      signature: await signer.key.sign(signedAttributes),
      signatureAlgorithm: signer.key.signatureAlgorithm,
      digestAlgorithm: 'SHA-256',
      certificates: certificates.map(({ der }) => der),
      encapsulatedContent: { contentType: cmsOids.data, content },
    })
  }
  const file = await signField(plain, make, { subFilter: 'adbe.pkcs7.sha1' })
  const report = await validateFirst(file)
  assert.equal(report.intact, true)
  assert.equal(verdict(report), 'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE')
  const changed = await validateFirst(flipped(file, Buffer.from(plain).indexOf('0 0 20 20 re')))
  assert.equal(verdict(changed), 'TOTAL_FAILED/HASH_FAILURE')
})
