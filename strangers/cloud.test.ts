/** Cloud mode with the genuine PowerAuth client as the phone, and its files before those who read PDFs. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { activeDevice, authorize, cloudDevice, enrolInCloud, handIn, release, signInCloud } from './cloud-device.ts'
import { signBytes } from './device.ts'
import { exampleNames, levels } from './examples.ts'
import { text } from './http.ts'
import { succeeded } from './powerauth-client.ts'
import { scratch, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'
import { dss, pdfsig, pyhanko } from './validators.ts'

const client = ['java', 'powerauthClient'] as const
const example = (name: string) => join(repositoryRoot, 'examples', name)
const contract = example('current-account.pdf')
const contractLevels = { 'B-B': 'PADES_B_B', 'B-T': 'PADES_B_T' } as const

const judged = exampleNames.flatMap((name) => levels.map((level) => [name, level] as const))
for (const [name, level] of judged) {
  const judges = ['pdfsig', 'certutil', 'pyhanko', 'dss'] as const
  strangerTest(`cloud: ${name}, ${level}: pdfsig, pyHanko and DSS pass it`, [...client, ...judges], async () => {
    const bytes = await signInCloud(example(name), contractLevels[level])
    const original = await readFile(example(name))
    assert.ok(original.equals(bytes.subarray(0, original.length)), 'the original bytes were changed')
    const file = join(await scratch(), `cloud-${level}-${name}`)
    await writeFile(file, bytes)
    const root = (await stack()).ca.trustRoot

    const ofPdfsig = await pdfsig(file)
    assert.ok(ofPdfsig.signatureValid && ofPdfsig.certificateTrusted && ofPdfsig.wholeFile, ofPdfsig.said)
    const [report] = await pyhanko(root, [file])
    const [ofPyhanko] = report?.signatures ?? []
    assert.ok(ofPyhanko?.bottomLine && ofPyhanko.coverage === 'ENTIRE_FILE', JSON.stringify(report))
    assert.equal(ofPyhanko.padesLevel, level)
    const [ofDss] = (await dss(root, file)).signatures
    assert.equal(ofDss?.indication, 'TOTAL_PASSED', JSON.stringify(ofDss))
    assert.equal(ofDss.level, level === 'B-B' ? 'PAdES-BASELINE-B' : 'PAdES-BASELINE-T')
    assert.deepEqual([ofDss.errors, ofDss.warnings], [[], []])
  })
}

strangerTest(
  'cloud: a binding that another device signed pins nothing, whosever key comes with it',
  client,
  async () => {
    const [device, other] = [await activeDevice(), await activeDevice()]
    const answer = await enrolInCloud(device, other)
    assert.equal(answer.status, 400)
    assert.equal(text(answer.body, 'responseObject', 'code'), 'CSR_INVALID_SIGNATURE_ERROR')
    assert.equal((await enrolInCloud(device)).status, 200)
  },
)

strangerTest('cloud: neither half alone, nor the halves of two documents, release the key', client, async () => {
  const device = await cloudDevice()
  const [one, two] = [await handIn(device, contract), await handIn(device, contract)]
  const signature = await signBytes(device, one.toBeSigned)
  const refused = async (answer: ReturnType<typeof release>, code: string) => {
    const { status, body } = await answer
    assert.deepEqual([status, text(body, 'responseObject', 'code')], [400, code])
  }
  // Signed, and the operation still waits; a wrong PIN leaves it waiting.
  await refused(release(one, signature), 'ILLEGAL_OPERATION_ERROR')
  assert.ok(!succeeded(await authorize(device, one, { p: '9999' })))
  await refused(release(one, signature), 'ILLEGAL_OPERATION_ERROR')
  // Approved, and what is signed is the other document's approval.
  assert.ok(succeeded(await authorize(device, one)))
  await refused(release(one, await signBytes(device, two.toBeSigned)), 'DOCUMENT_INVALID_SIGNATURE_ERROR')
  await refused(release({ ...two, operationId: one.operationId }, signature), 'DOCUMENT_INVALID_SIGNATURE_ERROR')
  await refused(release({ ...one, operationId: two.operationId }, signature), 'ILLEGAL_OPERATION_ERROR')
  assert.equal((await release(one, signature)).status, 200)
  // The same call again gives the same answer; the approval is used up for everything else.
  assert.equal((await release(one, signature)).status, 200)
  await refused(release(one, await signBytes(device, one.toBeSigned)), 'ILLEGAL_OPERATION_ERROR')
})
