import { createHash, timingSafeEqual } from 'node:crypto'
import type {
  CreateIntegrationRequest,
  CreateIntegrationResponse,
  GetIntegrationListResponse,
  RemoveIntegrationRequest,
  RemoveIntegrationResponse,
} from '@cloudsigner/contracts/powerauth-private'
import type { IntegrationCredentials } from '../config.ts'
import { deleteIntegration, findIntegration, insertIntegration, listIntegrations } from '../store/integrations.ts'
import type { PowerAuthContext } from './context.ts'
import { newUuid } from './identifiers.ts'

export async function createIntegration(
  { db, random }: PowerAuthContext,
  { name }: CreateIntegrationRequest,
): Promise<CreateIntegrationResponse> {
  const id = newUuid(random)
  const clientToken = newUuid(random)
  const clientSecret = newUuid(random)
  await insertIntegration(db, { id, name, client_token: clientToken, client_secret_hash: hashSecret(clientSecret) })
  return { id, name, clientToken, clientSecret }
}

export async function getIntegrationList({ db }: PowerAuthContext): Promise<GetIntegrationListResponse> {
  const rows = await listIntegrations(db)
  return { items: rows.map((row) => ({ id: row.id, name: row.name, clientToken: row.client_token })) }
}

export async function removeIntegration(
  { db }: PowerAuthContext,
  { id }: RemoveIntegrationRequest,
): Promise<RemoveIntegrationResponse> {
  return { id, removed: await deleteIntegration(db, id) }
}

/** Whether these are credentials of an integration: one of `configured`, or one that createIntegration made. */
export async function isIntegration(
  { db }: PowerAuthContext,
  configured: readonly IntegrationCredentials[],
  given: { readonly user: string; readonly password: string },
): Promise<boolean> {
  const secret = hashSecret(given.password)
  const token = hashSecret(given.user)
  let known = false
  for (const { clientToken, clientSecret } of configured) {
    const tokenFits = timingSafeEqual(hashSecret(clientToken), token)
    const secretFits = timingSafeEqual(hashSecret(clientSecret), secret)
    known = (tokenFits && secretFits) || known
  }
  if (known) return true
  const row = await findIntegration(db, given.user)
  return row !== undefined && timingSafeEqual(row.client_secret_hash, secret)
}

/** Secrets are 122 random bits: one round of a hash is as good as many, and quick enough for every request. */
function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret, 'utf8').digest())
}
