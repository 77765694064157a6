import type { AccessConfig, BasicCredentials, ClientCredentials } from '@cloudsigner/service'
import type { Environment } from './addresses.ts'

/** Services whose callers bear tokens of the bank's authorization server; the name is part of a variable's. */
type Guarded = 'SIGNER' | 'ORCHESTRATOR'

/** CLOUDSIGNER_MODE=production leaves HTTP Basic out; anything else is development. */
export const isProduction = (environment: Environment): boolean => environment.CLOUDSIGNER_MODE === 'production'

/**
 * Who may call a service: in development the installation's own credentials and, where CLOUDSIGNER_OAUTH_* name an
 * issuer, its tokens; in production tokens alone.
 */
export function accessOf(service: Guarded, credentials: BasicCredentials, environment: Environment): AccessConfig {
  const issuer = environment.CLOUDSIGNER_OAUTH_ISSUER
  const jwksUri = environment.CLOUDSIGNER_OAUTH_JWKS_URI
  const audience = environment[`CLOUDSIGNER_${service}_AUDIENCE`] ?? `cloudsigner-${service.toLowerCase()}`
  const bearer = issuer && jwksUri ? { bearer: { issuer, audience, jwksUri } } : {}
  return isProduction(environment) ? { mode: 'production', ...bearer } : { mode: 'development', credentials, ...bearer }
}

/** What the orchestrator calls the signer with: a client of the authorization server, where one is named. */
export function clientCredentialsFrom(environment: Environment): ClientCredentials | undefined {
  const tokenUri = environment.CLOUDSIGNER_OAUTH_TOKEN_URI
  const clientId = environment.CLOUDSIGNER_OAUTH_CLIENT_ID
  const clientSecret = environment.CLOUDSIGNER_OAUTH_CLIENT_SECRET
  return tokenUri && clientId && clientSecret ? { tokenUri, clientId, clientSecret } : undefined
}
