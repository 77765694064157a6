import type { PowerAuthContext } from '../../methods/context.ts'
import {
  createNonPersonalizedOfflineSignaturePayload,
  createPersonalizedOfflineSignaturePayload,
  verifyOfflineSignature,
} from '../../methods/offline-signatures.ts'
import { getSignatureAuditLog, signEcdsa, verifyEcdsaSignature, verifySignature } from '../../methods/signatures.ts'
import { createTemporaryKey, getEciesDecryptor, removeTemporaryKey } from '../../methods/temporary-keys.ts'
import { createToken, removeToken, validateToken } from '../../methods/tokens.ts'
import { vaultUnlock } from '../../methods/vault.ts'
import type { PrivateHandlers } from './handlers.ts'

export function authenticationHandlers(context: PowerAuthContext) {
  return {
    verifySignature: (request) => verifySignature(context, request),
    createPersonalizedOfflineSignaturePayload: (request) => createPersonalizedOfflineSignaturePayload(context, request),
    createNonPersonalizedOfflineSignaturePayload: (request) =>
      createNonPersonalizedOfflineSignaturePayload(context, request),
    verifyOfflineSignature: (request) => verifyOfflineSignature(context, request),
    verifyEcdsaSignature: (request) => verifyEcdsaSignature(context, request),
    signEcdsa: (request) => signEcdsa(context, request),
    getSignatureAuditLog: (request) => getSignatureAuditLog(context, request),
    vaultUnlock: (request) => vaultUnlock(context, request),
    createToken: (request) => createToken(context, request),
    validateToken: (request) => validateToken(context, request),
    removeToken: (request) => removeToken(context, request),
    createTemporaryKey: (request) => createTemporaryKey(context, request),
    removeTemporaryKey: (request) => removeTemporaryKey(context, request),
    getEciesDecryptor: (request) => getEciesDecryptor(context, request),
  } satisfies Partial<PrivateHandlers>
}
