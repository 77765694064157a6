import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Clock } from '../clock.ts'

/** An OAuth 2 authorization server of a bank, on loopback: a JWK set, and tokens for one client. */
export interface TestAuthorizationServer {
  readonly issuer: string
  readonly jwksUri: string
  readonly tokenUri: string
  readonly clientId: string
  readonly clientSecret: string
  /** Requests for a token so far. */
  readonly asked: number
  /** A token as the server would give it, with these claims in place of its own. */
  token(claims?: Record<string, unknown>): Promise<string>
  close(): Promise<void>
}

/** Tokens are ES256, for `audience`, and live 300 s. */
export async function startAuthorizationServer(audience: string, clock: Clock): Promise<TestAuthorizationServer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }]
  const client = { clientId: 'bank back end', clientSecret: 'a:secret/with signs' }
  const expected = `Basic ${Buffer.from(Object.values(client).map(encodeURIComponent).join(':')).toString('base64')}`
  const lifetimeSeconds = 300
  let asked = 0

  const token = (claims: Record<string, unknown> = {}) => {
    const now = Math.floor(clock.now().getTime() / 1000)
    return new SignJWT({ iss: issuer, aud: audience, sub: client.clientId, exp: now + lifetimeSeconds, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(privateKey)
  }
  async function answer(request: IncomingMessage): Promise<readonly [number, unknown]> {
    if (request.url === '/jwks') return [200, { keys }]
    if (request.url !== '/token') return [404, {}]
    asked++
    const form = new URLSearchParams(Buffer.concat(await Array.fromAsync(request)).toString())
    if (request.headers.authorization !== expected) return [401, { error: 'invalid_client' }]
    if (form.get('grant_type') !== 'client_credentials') return [400, { error: 'unsupported_grant_type' }]
    return [200, { access_token: await token(), token_type: 'Bearer', expires_in: lifetimeSeconds }]
  }
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    tokenUri: `${issuer}/token`,
    ...client,
    get asked() {
      return asked
    },
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
