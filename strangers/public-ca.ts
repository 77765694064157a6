/**
 * A CA of ours under a name of the public DNS. The stack of these tests is on loopback, which linters rightly refuse in a
 * certificate; this one issues for the linters alone, and nobody fetches from its addresses.
 */
import { writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { createCa } from '@cloudsigner/ca'
import { openTestEnvironment } from '@cloudsigner/service/testing'
import { text } from './http.ts'
import { atEnd, once } from './lifetime.ts'
import { runWell } from './process.ts'
import { scratch } from './stack.ts'

const loopback = { host: '127.0.0.1', port: 0 }

const publicCa = once(async () => {
  const environment = await openTestEnvironment()
  atEnd(() => environment.close())
  const ca = await createCa({ rest: loopback, public: loopback, publicUrl: 'http://pki.example.com' }, environment)
  atEnd(() => ca.close())
  return ca.connection
})

/** PEM file of a certificate that this CA issued for a natural person, over EJBCA's REST API. */
export async function publicSignerCertificate(subject: string): Promise<string> {
  const connection = await publicCa()
  const key = join(await scratch(), 'public.key')
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key]
  const { stdout: csr } = await runWell('openssl', ['req', '-new', ...newKey, '-subj', subject])
  const body = JSON.stringify({
    certificate_request: csr,
    certificate_profile_name: connection.certificateProfile,
    end_entity_profile_name: connection.endEntityProfile,
    certificate_authority_name: connection.caName,
    username: 'strangers',
    password: 'strangers',
  })
  const answer = await post(`${connection.restUrl}/v1/certificate/pkcs10enroll`, body, {
    cert: connection.clientCertificate,
    key: connection.clientKey,
    ca: connection.tlsCa,
  })
  const der = Buffer.from(text(JSON.parse(answer), 'certificate'), 'base64')
  const path = join(await scratch(), 'public.der')
  await writeFile(path, der)
  const pem = join(await scratch(), 'public.pem')
  await runWell('openssl', ['x509', '-inform', 'DER', '-in', path, '-out', pem])
  return pem
}

function post(url: string, body: string, tls: { cert: string; key: string; ca: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const call = httpsRequest(url, { method: 'POST', headers, agent: false, ...tls }, (response) => {
      let said = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        said += chunk
      })
      response.on('end', () => resolve(said))
    })
    call.on('error', reject)
    call.end(body)
  })
}
