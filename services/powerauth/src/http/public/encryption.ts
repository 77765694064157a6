import { type EncryptionHeader, parseEncryptionHeader, type SharedInfo1 } from '@cloudsigner/powerauth-protocol'
import type { FastifyRequest } from 'fastify'
import { refuse } from '../../domain/errors.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import { getSupportedApplication, type OpenedEnvelope, openEnvelope } from '../../methods/envelopes.ts'
import { findActivation } from '../../store/activations.ts'
import type { ActivationRow } from '../../store/tables.ts'
import { jsonBody, singleHeader } from './body.ts'
import { orRefuse, refusePublicly } from './errors.ts'

const ENCRYPTION_HEADER = 'x-powerauth-encryption'

/** The encryption header. Throws ERR_ENCRYPTION where it is missing or of the other scope. */
export async function readEncryption(
  request: FastifyRequest,
  scope: 'application' | 'activation',
): Promise<EncryptionHeader> {
  const text = singleHeader(request, ENCRYPTION_HEADER)
  if (text === undefined) throw refusePublicly('encryption', { reason: 'header missing' })
  const header = await orRefuse('encryption', () => parseEncryptionHeader(text))
  if ((header.activationId !== undefined) !== (scope === 'activation')) {
    throw refusePublicly('encryption', { reason: `not of ${scope} scope` })
  }
  return header
}

export interface DecryptedBody {
  readonly envelope: OpenedEnvelope
  /** In activation scope. */
  readonly activation: ActivationRow | undefined
}

/** Opens the body by what the encryption or the authorization header says of it. Throws ERR_ENCRYPTION. */
export function decryptBody(
  context: PowerAuthContext,
  request: FastifyRequest,
  { applicationKey, activationId, version }: EncryptionHeader,
  sharedInfo1: SharedInfo1,
): Promise<DecryptedBody> {
  return orRefuse('encryption', async () => {
    const application = await getSupportedApplication(context, context.db, applicationKey)
    if (activationId === undefined) {
      const parameters = { version, sharedInfo1, application }
      return { envelope: await openEnvelope(context, parameters, jsonBody(request)), activation: undefined }
    }
    const activation = await findActivation(context.db, activationId)
    if (activation === undefined) throw refuse('ERR0009', { activationId })
    if (activation.activation_status !== 'ACTIVE') throw refuse('ERR0008', { activationId })
    if (activation.application_id !== application.applicationId) throw refuse('ERR0015', { activationId })
    const parameters = { version, sharedInfo1, application, activation }
    return { envelope: await openEnvelope(context, parameters, jsonBody(request)), activation }
  })
}
