import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { Check } from 'typebox/value'
import { type PrivateMethod, privateMethods } from '../src/powerauth-private.ts'
import { EciesEncryptedRequest, EciesEncryptedResponse, PublicErrorResponse } from '../src/powerauth-public.ts'

interface Exchange {
  readonly request: { readonly url: string; readonly body: string | null }
  readonly response: { readonly status: number; readonly body: string }
}

function exchangesOf(folder: string): readonly Exchange[] {
  const path = sharedPath('vectors/powerauth/traces', folder)
  return readdirSync(path)
    .filter((name) => name !== 'application.json')
    .flatMap((name) => JSON.parse(readFileSync(join(path, name), 'utf8')).exchanges)
}

const methodOf = (url: string): PrivateMethod | undefined =>
  Object.values(privateMethods).find((method) => url.endsWith(`/rest/v3${method.path}`))

for (const folder of ['v3.1', 'v3.2', 'v3.3', 'v3.3-device-key']) {
  sharedTest(`the private schemas take what the genuine server took and gave (${folder})`, 'vectors/powerauth', () => {
    let seen = 0
    for (const { request, response } of exchangesOf(folder)) {
      const method = methodOf(request.url)
      if (method === undefined) continue
      assert.ok(Check(method.request, JSON.parse(request.body ?? '').requestObject), request.url)
      assert.ok(method.response && Check(method.response, JSON.parse(response.body).responseObject), request.url)
      seen++
    }
    assert.ok(seen >= 5, `only ${seen} private exchanges`)
  })

  sharedTest(`the public schemas take the recorded envelopes and errors (${folder})`, 'vectors/powerauth', () => {
    let seen = 0
    for (const { request, response } of exchangesOf(folder)) {
      if (!request.url.includes('/pa/v3/') || !request.body?.includes('ephemeralPublicKey')) continue
      assert.ok(Check(EciesEncryptedRequest, JSON.parse(request.body)), request.url)
      const schema = response.status === 200 ? EciesEncryptedResponse : PublicErrorResponse
      assert.ok(Check(schema, JSON.parse(response.body)), request.url)
      seen++
    }
    assert.ok(seen >= 3, `only ${seen} encrypted exchanges`)
  })
}
