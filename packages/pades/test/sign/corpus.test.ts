import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { PadesError } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { PdfError } from '@cloudsigner/pdf'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import expectations from './corpus.json' with { type: 'json' }
import { assertSigned, signFile } from './signing.ts'

/** `password`: of an encrypted file; the empty one where it is left out. */
type Expectation = {
  readonly outcome: string
  readonly code?: string
  readonly reason?: string
  readonly password?: string
}
const expected: Readonly<Record<string, Expectation>> = expectations

async function outcome(source: Uint8Array, password = '', fieldName?: string) {
  const decryption = { ciphers: nodeCiphers, password }
  try {
    await assertSigned(source, await signFile(source, { decryption, ...(fieldName && { fieldName }) }), decryption)
    return { outcome: 'signed' }
  } catch (error) {
    if (error instanceof PadesError || error instanceof PdfError) return { outcome: 'refused', code: error.code }
    throw error
  }
}

sharedTest('every file of the corpus has an expectation here, and a refusal a reason', 'corpus', () => {
  const files = ['dss', 'pyhanko'].flatMap((folder) =>
    readdirSync(sharedPath('corpus', folder))
      .filter((file) => file.endsWith('.pdf'))
      .map((file) => `${folder}/${file}`),
  )
  assert.deepEqual(files.toSorted(), Object.keys(expected).toSorted())
  for (const [file, { outcome, code, reason }] of Object.entries(expected))
    assert.ok(outcome === 'signed' || (outcome === 'refused' && code && reason), file)
})

for (const [file, { outcome: wanted, code, password }] of Object.entries(expected))
  sharedTest(`${file}: ${wanted}${code ? ` (${code})` : ''}`, 'corpus', async () => {
    const source = new Uint8Array(readFileSync(sharedPath('corpus', file)))
    assert.deepEqual(await outcome(source, password), code ? { outcome: wanted, code } : { outcome: wanted })
  })

const protectedFile = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(sharedPath('corpus', 'dss', `dss-pades__protected__${name}.pdf`)))

for (const [name, field] of [
  ['edition_protected_signing_allowed_with_field', 'Signature1'],
  ['restricted_fields', 'Signature3'],
] as const)
  sharedTest(`${name}: the permissions allow what fills an empty field`, 'corpus', async () => {
    assert.deepEqual(await outcome(protectedFile(name), '', field), { outcome: 'signed' })
  })

sharedTest('edition_protected_signing_allowed_no_field: its owner may sign in a new field', 'corpus', async () => {
  const file = protectedFile('edition_protected_signing_allowed_no_field')
  assert.deepEqual(await outcome(file, ' '), { outcome: 'signed' })
})
