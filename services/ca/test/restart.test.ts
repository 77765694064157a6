import assert from 'node:assert/strict'
import type { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { buildCertId, buildOcspRequest, parseCertificate, parseCrl, parseOcspResponse } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { createSecretBox, type Database, type JobHandler, type JobQueue, SecretBoxError } from '@cloudsigner/service'
import { createFixedClock, openTestEnvironment, withRealPostgres } from '@cloudsigner/service/testing'
import type { CaTables } from '../src/store/tables.ts'
import { bytesOf, derOf, names, newCsr, startCa } from './fixture.ts'

const day = 86_400

test('a second start loads what the first one made; no key anew', async () => {
  const environment = await openTestEnvironment()
  const first = await startCa(environment)
  const enrolled = await first.client.enroll({ ...names, username: 'alice', certificate_request: await newCsr() })
  await first.close()
  const second = await startCa(environment)
  try {
    for (const member of ['trustRoot', 'issuingCertificate', 'tlsCa', 'clientCertificate', 'clientKey'] as const) {
      assert.equal(second.ca.connection[member], first.ca.connection[member], member)
    }
    const dn = parseCertificate(enrolled.certificate).issuer.rfc4514
    assert.equal((await second.client.revocationStatus(dn, enrolled.serialNumber)).revoked, false)
  } finally {
    await second.close()
    await environment.close()
  }
})

test('certificates of before keys were told apart are named by theirs', async () => {
  const environment = await openTestEnvironment()
  try {
    const first = await startCa(environment)
    const certificate_request = await newCsr()
    await first.client.enroll({ ...names, username: 'alice', certificate_request })
    await first.close()
    const identifiers = () =>
      environment.database
        .forSchema<CaTables>('ca')
        .selectFrom('certificate')
        .select(['serial_number', 'subject_key_identifier'])
        .orderBy('serial_number')
        .execute()
    const before = await identifiers()
    const undone = environment.database.forSchema<CaTables & { applied_migration: { name: string } }>('ca')
    await undone.schema.alterTable('certificate').dropColumn('subject_key_identifier').execute()
    await undone.deleteFrom('applied_migration').where('name', '=', '0002-subject-key-identifiers').execute()

    const second = await startCa(environment)
    assert.deepEqual(await identifiers(), before)
    assert.ok(before.every(({ subject_key_identifier }) => /^[0-9A-F]{40}$/.test(subject_key_identifier)))
    const stolen = second.client.enroll({ ...names, username: 'mallory', certificate_request })
    await assert.rejects(stolen, /another user/)
    await second.close()
  } finally {
    await environment.close()
  }
})

test('private keys are sealed at rest, each for its own role', async () => {
  const environment = await openTestEnvironment()
  try {
    await (await startCa(environment)).close()
    const db = environment.database.forSchema<CaTables>('ca')
    const rows = await db.selectFrom('credential').select(['role', 'private_key']).execute()
    assert.equal(rows.length, 7)
    // id-ecPublicKey, which every PKCS #8 of an EC key holds.
    const ecPublicKey = Buffer.from('06072a8648ce3d0201', 'hex')
    for (const { private_key } of rows) assert.equal(Buffer.from(private_key).indexOf(ecPublicKey), -1)

    const other = { ...environment, secretBox: createSecretBox(environment.random(32), environment.random) }
    await assert.rejects(startCa(other), SecretBoxError)
    const root = rows.find(({ role }) => role === 'root')
    assert.ok(root)
    await db.updateTable('credential').set({ private_key: root.private_key }).where('role', '=', 'tsa').execute()
    await assert.rejects(startCa(environment), SecretBoxError, "the root's key does not open as the TSA's")
  } finally {
    await environment.close()
  }
})

test('a certificate whose process died between intent and deed was never issued', async () => {
  const environment = await openTestEnvironment()
  const running = await startCa(environment)
  try {
    const { serialNumber, certificate } = await running.client.enroll({
      ...names,
      username: 'alice',
      certificate_request: await newCsr(),
    })
    const db = environment.database.forSchema<CaTables>('ca')
    const [row] = await db
      .selectFrom('certificate')
      .select('tbs_certificate')
      .where('serial_number', '=', serialNumber)
      .execute()
    assert.deepEqual(
      row?.tbs_certificate,
      parseCertificate(certificate).tbsCertificate,
      'what was linted is what was signed',
    )
    await db.updateTable('certificate').set({ certificate: null }).where('serial_number', '=', serialNumber).execute()

    const issuing = parseCertificate(derOf(running.ca.connection.issuingCertificate))
    await assert.rejects(running.client.revocationStatus(issuing.subject.rfc4514, serialNumber), /not found/)
    const certId = buildCertId({ issuer: issuing, serialNumber, hashAlgorithm: 'SHA-1', crypto: nodeCrypto })
    const response = await running.open('/ejbca/publicweb/status/ocsp', {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: buildOcspRequest({ certIds: [certId], nonce: null }).slice().buffer,
    })
    const { basic } = parseOcspResponse(await bytesOf(response))
    assert.equal(basic?.responses[0]?.certStatus.status, 'unknown')
  } finally {
    await running.close()
    await environment.close()
  }
})

test('a revocation whose CRL a crash prevented is in the CRL after the next start', async () => {
  const environment = await openTestEnvironment()
  const first = await startCa(environment)
  const { serialNumber, certificate } = await first.client.enroll({
    ...names,
    username: 'alice',
    certificate_request: await newCsr(),
  })
  await first.close()
  const now = environment.clock.now()
  await environment.database
    .forSchema<CaTables>('ca')
    .updateTable('certificate')
    .set({ revocation_reason: 'SUPERSEDED', revoked_at: now, updated_at: now })
    .where('serial_number', '=', serialNumber)
    .execute()
  const second = await startCa(environment)
  try {
    const crl = parseCrl(await second.client.getLatestCrl(parseCertificate(certificate).issuer.rfc4514))
    assert.equal(crl.entries.get(serialNumber)?.reason, 'superseded')
  } finally {
    await second.close()
    await environment.close()
  }
})

test('service certificates are renewed in time for the keys they have, and CRLs that ended are made anew', async () => {
  const clock = createFixedClock(new Date())
  const environment = await openTestEnvironment({ clock })
  const first = await startCa(environment)
  await first.close()
  clock.advance(600 * day)
  const second = await startCa(environment)
  try {
    const [before, now] = [first, second].map(({ ca }) => parseCertificate(derOf(ca.connection.clientCertificate)))
    assert.ok(before && now && now.notAfter > before.notAfter)
    assert.deepEqual(now.subjectPublicKeyInfo, before.subjectPublicKeyInfo)
    assert.equal(second.ca.connection.clientKey, first.ca.connection.clientKey)
    assert.equal(second.ca.connection.issuingCertificate, first.ca.connection.issuingCertificate)
    const url = `/ejbca/publicweb/webdist/certdist?cmd=crl&issuer=${encodeURIComponent(parseCertificate(derOf(second.ca.connection.issuingCertificate)).subject.rfc4514)}`
    const current = async () => parseCrl(await bytesOf(await second.open(url)))
    assert.ok((await current()).thisUpdate >= new Date(clock.now().getTime() - 1000))
    clock.advance(2 * day)
    assert.ok(((await current()).nextUpdate ?? new Date(0)) > clock.now(), 'an ended CRL is never served')
  } finally {
    await second.close()
    await environment.close()
  }
})

/** The database, with a queue that hands over what it was to run. */
function withHandlers(database: Database, handlers: Map<string, JobHandler>): Database {
  const queue: JobQueue = {
    send: async () => undefined,
    work: (kind, handler) => {
      handlers.set(kind, handler)
    },
    every: async (kind, _seconds, handler) => {
      handlers.set(kind, handler)
    },
    stop: async () => {},
  }
  return { ...database, jobs: () => queue }
}

test('a certificate renewed while the server runs is the one that new connections see', async () => {
  const clock = createFixedClock(new Date())
  const environment = await openTestEnvironment({ clock })
  const handlers = new Map<string, JobHandler>()
  const running = await startCa({ ...environment, database: withHandlers(environment.database, handlers) })
  const { host, port } = running.ca.listeners.rest
  const presented = () =>
    new Promise<X509Certificate>((resolve, reject) => {
      // The clock of the CA is ahead of this machine's, so TLS would call the certificate not yet valid.
      const socket = connect({ host, port, rejectUnauthorized: false }, () => {
        const certificate = socket.getPeerX509Certificate()
        socket.destroy()
        if (certificate) resolve(certificate)
        else reject(new Error('no certificate'))
      })
      socket.on('error', reject)
    })
  try {
    const before = await presented()
    clock.advance(600 * day)
    const renew = handlers.get('renew-service-certificates') ?? assert.fail()
    await renew(
      { id: '1', kind: 'renew-service-certificates', payload: null, attempt: 1 },
      new AbortController().signal,
    )
    const now = await presented()
    assert.notEqual(now.serialNumber, before.serialNumber)
    assert.deepEqual(
      now.publicKey.export({ format: 'der', type: 'spki' }),
      before.publicKey.export({ format: 'der', type: 'spki' }),
    )
  } finally {
    await running.close()
    await environment.close()
  }
})

test('replicas on one database: one set of keys, and every revocation in the last CRL', async () => {
  await withRealPostgres(async (server) => {
    const shared = await openTestEnvironment({ database: await server.open() })
    const environments = [shared, { ...shared, database: await server.open() }]
    const replicas = await Promise.all(environments.map((environment) => startCa(environment)))
    try {
      const [first, second] = replicas
      assert.ok(first && second)
      assert.equal(first.ca.connection.trustRoot, second.ca.connection.trustRoot)
      assert.equal(first.ca.connection.clientKey, second.ca.connection.clientKey)
      const certificates = await Promise.all(
        Array.from({ length: 10 }, async (_, index) =>
          (index % 2 ? first : second).client.enroll({
            ...names,
            username: `user-${index}`,
            certificate_request: await newCsr(),
          }),
        ),
      )
      const dn = parseCertificate(derOf(first.ca.connection.issuingCertificate)).subject.rfc4514
      await Promise.all(
        certificates.map(({ serialNumber }, index) =>
          (index % 2 ? second : first).client.revoke(dn, serialNumber, 'SUPERSEDED'),
        ),
      )
      const crl = parseCrl(await first.client.getLatestCrl(dn))
      for (const { serialNumber } of certificates) assert.ok(crl.entries.has(serialNumber))
      const certificate_request = await newCsr()
      const rivals = await Promise.allSettled(
        replicas.map(({ client }, index) =>
          client.enroll({ ...names, username: `rival-${index}`, certificate_request }),
        ),
      )
      assert.deepEqual(rivals.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'one key, one user')
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()))
      await shared.close()
    }
  })
})
