import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemRandom } from '@cloudsigner/service'
import { addressesOf, boundAddressesOf, peerAddressesOf } from '../../src/up/addresses.ts'
import { loadOrCreateCredentials } from '../../src/up/credentials.ts'
import { choosePorts } from '../../src/up/ports.ts'

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloudsigner-data-'))
})
after(() => rm(directory, { recursive: true, force: true }))

const host = '127.0.0.1'

test('ports are found once, are seven in a row, and are the same for processes that start at once', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => choosePorts(directory, 0, host, systemRandom)))
  const [first] = all
  assert.ok(first)
  for (const ports of all) assert.deepEqual(ports, first)
  const base = first.powerAuthPrivate
  assert.deepEqual(
    Object.values(first),
    [0, 1, 2, 3, 4, 5, 6].map((offset) => base + offset),
  )
  assert.ok(base > 1024 && base < 32_768)
})

test('a base that is given is kept for the starts that give none', async () => {
  assert.equal((await choosePorts(directory, 9000, host, systemRandom)).orchestrator, 9005)
  assert.equal((await choosePorts(directory, 0, host, systemRandom)).orchestrator, 9005)
})

for (const text of ['', '{}', '{"base":65531}', '{"base":"9000"}', 'null'])
  test(`ports.json that holds no base is refused: ${text}`, async () => {
    await writeFile(join(directory, 'ports.json'), text)
    await assert.rejects(choosePorts(directory, 0, host, systemRandom), /ports\.json holds no port base/)
  })

test('credentials are made once, for their owner alone', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => loadOrCreateCredentials(directory, systemRandom)))
  for (const credentials of all) assert.deepEqual(credentials, all[0])
  const path = join(directory, 'credentials.json')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await writeFile(path, (await readFile(path, 'utf8')).replace('"signer"', '"singer"'))
  await assert.rejects(loadOrCreateCredentials(directory, systemRandom), /no credentials of signer/)
})

test('addresses come from the ports, IPv6 in brackets, and the environment is heard', async () => {
  const ports = await choosePorts(directory, 9000, host, systemRandom)
  const own = addressesOf({ publicHost: '::1' }, ports, {})
  assert.equal(own.caPublic, 'http://[::1]:9003')
  assert.equal(own.powerAuthPublic, 'http://[::1]:9001/enrollment-server')
  const named = addressesOf({ publicHost: host }, ports, { CLOUDSIGNER_SIGNER_URL: 'https://signer.example.com/' })
  assert.equal(named.signer, 'https://signer.example.com')
  assert.equal(named.orchestrator, 'http://127.0.0.1:9005')
  const environment = { CLOUDSIGNER_SIGNER_URL: 'https://signer.example.com/' }
  const everywhere = { host: '0.0.0.0' }
  assert.equal(boundAddressesOf(everywhere, ports).signer, 'http://127.0.0.1:9004')
  assert.equal(peerAddressesOf(everywhere, ports, environment).signer, 'https://signer.example.com')
  assert.equal(peerAddressesOf(everywhere, ports, environment).caRest, 'https://127.0.0.1:9002/ejbca/ejbca-rest-api')
})
