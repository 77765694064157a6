/** A name that leads here from elsewhere only, as behind a proxy or in a container. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type RunningUp, startUp } from './up-process.ts'

// RFC 6761 §6.4: `.invalid` never resolves.
const name = 'cloudsigner.invalid'

test('a public host that does not resolve here is carried in URLs, and not called', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-public-host-'))
  let up: RunningUp | undefined
  try {
    up = await startUp(directory, ['--public-host', name])
    const { powerauth, ca, tsa, signer, orchestrator } = up.ready
    const urls = [powerauth.private, powerauth.public, ca.rest, ca.crl, ca.ocsp, tsa, signer.url, orchestrator.url]
    for (const url of urls) assert.equal(new URL(url).hostname, name)
    up.child.kill('SIGTERM')
    assert.deepEqual(await up.ended, { code: 0, signal: null })
  } finally {
    up?.child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }
})
