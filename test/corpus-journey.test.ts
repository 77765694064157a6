/** Every file of the corpora through the signer's doors: signed and valid, or refused with a reason and nothing stored. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before } from 'node:test'
import { SignerApiError } from '@cloudsigner/clients/signer'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { assertPassed, type Customer, enrolledCustomer, signed, validate } from './customers.ts'
import { openStack, type Stack } from './stack.ts'

let stack: Stack
let alice: Customer
before(async () => {
  stack = await openStack()
  alice = await enrolledCustomer(stack, 'alice')
})
after(() => stack.close())

/** The sentence that a file is refused with; null where it was signed, and is valid. */
async function refusalOf(name: string, file: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const before = await stack.blobs()
  try {
    const result = await signed(stack, alice, file)
    assert.ok(Buffer.from(result).subarray(0, file.length).equals(file), name)
    assertPassed(await validate(stack, result))
    return null
  } catch (error) {
    if (!(error instanceof SignerApiError)) throw error
    assert.equal(error.code, 'DOCUMENT_UPLOAD_ERROR', `${name}: ${error.message}`)
    assert.match(error.message, /^The file .{10,}/, name)
    assert.deepEqual(await stack.blobs(), before, name)
    return error.message
  }
}

for (const corpus of ['corpus/dss', 'corpus/pyhanko']) {
  sharedTest(`${corpus}: every file is signed and valid, or refused with a reason`, corpus, async (t) => {
    const names = (await readdir(sharedPath(corpus))).filter((name) => name.endsWith('.pdf')).sort()
    let count = 0
    for (const name of names) {
      const refusal = await refusalOf(name, new Uint8Array(await readFile(sharedPath(corpus, name))))
      if (refusal === null) count += 1
      else t.diagnostic(`${name}: ${refusal}`)
    }
    t.diagnostic(`${count} of ${names.length} signed`)
    // A glob that matches nothing, or a door that is closed to all, is no success.
    assert.ok(count > 50, `${count} of ${names.length}`)
  })
}
