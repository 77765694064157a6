import type { TSchema } from 'typebox'
import * as activations from './activations.ts'
import * as applications from './applications.ts'
import * as authentication from './authentication.ts'
import * as callbacks from './callbacks.ts'
import * as integrations from './integrations.ts'
import { operationMethods } from './operation-methods.ts'
import * as system from './system.ts'
import * as tokens from './tokens.ts'

/** One method of the private API: path under `/rest/v3`, schema of its requestObject and responseObject (null: none). */
export interface PrivateMethod {
  readonly path: string
  readonly request: TSchema
  readonly response: TSchema | null
}

/** Every method of the private API that is served; server routes, OpenAPI and client are made from these rows. */
export const privateMethods = {
  getSystemStatus: {
    path: '/status',
    request: system.GetSystemStatusRequest,
    response: system.GetSystemStatusResponse,
  },
  getErrorCodeList: {
    path: '/error/list',
    request: system.GetErrorCodeListRequest,
    response: system.GetErrorCodeListResponse,
  },

  getApplicationList: {
    path: '/application/list',
    request: applications.GetApplicationListRequest,
    response: applications.GetApplicationListResponse,
  },
  getApplicationDetail: {
    path: '/application/detail',
    request: applications.GetApplicationDetailRequest,
    response: applications.GetApplicationDetailResponse,
  },
  lookupApplicationByAppKey: {
    path: '/application/detail/version',
    request: applications.LookupApplicationByAppKeyRequest,
    response: applications.LookupApplicationByAppKeyResponse,
  },
  createApplication: {
    path: '/application/create',
    request: applications.CreateApplicationRequest,
    response: applications.CreateApplicationResponse,
  },
  createApplicationVersion: {
    path: '/application/version/create',
    request: applications.CreateApplicationVersionRequest,
    response: applications.CreateApplicationVersionResponse,
  },
  unsupportApplicationVersion: {
    path: '/application/version/unsupport',
    request: applications.SupportApplicationVersionRequest,
    response: applications.SupportApplicationVersionResponse,
  },
  supportApplicationVersion: {
    path: '/application/version/support',
    request: applications.SupportApplicationVersionRequest,
    response: applications.SupportApplicationVersionResponse,
  },
  getApplicationConfig: {
    path: '/application/config/detail',
    request: applications.GetApplicationConfigRequest,
    response: applications.GetApplicationConfigResponse,
  },
  createApplicationConfig: {
    path: '/application/config/create',
    request: applications.CreateApplicationConfigRequest,
    response: applications.CreateApplicationConfigResponse,
  },
  removeApplicationConfig: {
    path: '/application/config/remove',
    request: applications.RemoveApplicationConfigRequest,
    response: null,
  },
  listApplicationRoles: {
    path: '/application/roles/list',
    request: applications.ListApplicationRolesRequest,
    response: applications.ApplicationRolesResponse,
  },
  addApplicationRoles: {
    path: '/application/roles/create',
    request: applications.ApplicationRolesRequest,
    response: applications.ApplicationRolesResponse,
  },
  updateApplicationRoles: {
    path: '/application/roles/update',
    request: applications.ApplicationRolesRequest,
    response: applications.ApplicationRolesResponse,
  },
  removeApplicationRoles: {
    path: '/application/roles/remove',
    request: applications.ApplicationRolesRequest,
    response: applications.ApplicationRolesResponse,
  },

  initActivation: {
    path: '/activation/init',
    request: activations.InitActivationRequest,
    response: activations.InitActivationResponse,
  },
  prepareActivation: {
    path: '/activation/prepare',
    request: activations.PrepareActivationRequest,
    response: activations.PrepareActivationResponse,
  },
  createActivation: {
    path: '/activation/create',
    request: activations.CreateActivationRequest,
    response: activations.CreateActivationResponse,
  },
  updateActivationOtp: {
    path: '/activation/otp/update',
    request: activations.UpdateActivationOtpRequest,
    response: activations.UpdateActivationOtpResponse,
  },
  updateActivationName: {
    path: '/activation/name/update',
    request: activations.UpdateActivationNameRequest,
    response: activations.UpdateActivationNameResponse,
  },
  commitActivation: {
    path: '/activation/commit',
    request: activations.CommitActivationRequest,
    response: activations.CommitActivationResponse,
  },
  getActivationStatus: {
    path: '/activation/status',
    request: activations.GetActivationStatusRequest,
    response: activations.GetActivationStatusResponse,
  },
  removeActivation: {
    path: '/activation/remove',
    request: activations.RemoveActivationRequest,
    response: activations.RemoveActivationResponse,
  },
  getActivationListForUser: {
    path: '/activation/list',
    request: activations.GetActivationListForUserRequest,
    response: activations.GetActivationListForUserResponse,
  },
  blockActivation: {
    path: '/activation/block',
    request: activations.BlockActivationRequest,
    response: activations.BlockActivationResponse,
  },
  unblockActivation: {
    path: '/activation/unblock',
    request: activations.UnblockActivationRequest,
    response: activations.UnblockActivationResponse,
  },
  lookupActivations: {
    path: '/activation/lookup',
    request: activations.LookupActivationsRequest,
    response: activations.LookupActivationsResponse,
  },
  updateStatusForActivations: {
    path: '/activation/status/update',
    request: activations.UpdateStatusForActivationsRequest,
    response: activations.UpdateStatusForActivationsResponse,
  },
  getActivationHistory: {
    path: '/activation/history',
    request: activations.GetActivationHistoryRequest,
    response: activations.GetActivationHistoryResponse,
  },
  listActivationFlags: {
    path: '/activation/flags/list',
    request: activations.ListActivationFlagsRequest,
    response: activations.ActivationFlagsResponse,
  },
  addActivationFlags: {
    path: '/activation/flags/create',
    request: activations.ActivationFlagsRequest,
    response: activations.ActivationFlagsResponse,
  },
  updateActivationFlags: {
    path: '/activation/flags/update',
    request: activations.ActivationFlagsRequest,
    response: activations.ActivationFlagsResponse,
  },
  removeActivationFlags: {
    path: '/activation/flags/remove',
    request: activations.ActivationFlagsRequest,
    response: activations.ActivationFlagsResponse,
  },

  verifySignature: {
    path: '/signature/verify',
    request: authentication.VerifySignatureRequest,
    response: authentication.VerifySignatureResponse,
  },
  createPersonalizedOfflineSignaturePayload: {
    path: '/signature/offline/personalized/create',
    request: authentication.CreatePersonalizedOfflineSignaturePayloadRequest,
    response: authentication.OfflineSignaturePayloadResponse,
  },
  createNonPersonalizedOfflineSignaturePayload: {
    path: '/signature/offline/non-personalized/create',
    request: authentication.CreateNonPersonalizedOfflineSignaturePayloadRequest,
    response: authentication.OfflineSignaturePayloadResponse,
  },
  verifyOfflineSignature: {
    path: '/signature/offline/verify',
    request: authentication.VerifyOfflineSignatureRequest,
    response: authentication.VerifySignatureResponse,
  },
  verifyEcdsaSignature: {
    path: '/signature/ecdsa/verify',
    request: authentication.VerifyEcdsaSignatureRequest,
    response: authentication.VerifyEcdsaSignatureResponse,
  },
  signEcdsa: {
    path: '/signature/ecdsa/sign',
    request: authentication.SignEcdsaRequest,
    response: authentication.SignEcdsaResponse,
  },
  getSignatureAuditLog: {
    path: '/signature/list',
    request: authentication.GetSignatureAuditLogRequest,
    response: authentication.GetSignatureAuditLogResponse,
  },
  vaultUnlock: {
    path: '/vault/unlock',
    request: authentication.VaultUnlockRequest,
    response: authentication.VaultUnlockResponse,
  },

  createToken: { path: '/token/create', request: tokens.CreateTokenRequest, response: tokens.CreateTokenResponse },
  validateToken: {
    path: '/token/validate',
    request: tokens.ValidateTokenRequest,
    response: tokens.ValidateTokenResponse,
  },
  removeToken: { path: '/token/remove', request: tokens.RemoveTokenRequest, response: tokens.RemoveTokenResponse },
  createTemporaryKey: {
    path: '/keystore/create',
    request: tokens.CreateTemporaryKeyRequest,
    response: tokens.CreateTemporaryKeyResponse,
  },
  removeTemporaryKey: {
    path: '/keystore/remove',
    request: tokens.RemoveTemporaryKeyRequest,
    response: tokens.RemoveTemporaryKeyResponse,
  },
  getEciesDecryptor: {
    path: '/ecies/decryptor',
    request: tokens.GetEciesDecryptorRequest,
    response: tokens.GetEciesDecryptorResponse,
  },

  ...operationMethods,

  createIntegration: {
    path: '/integration/create',
    request: integrations.CreateIntegrationRequest,
    response: integrations.CreateIntegrationResponse,
  },
  getIntegrationList: {
    path: '/integration/list',
    request: integrations.GetIntegrationListRequest,
    response: integrations.GetIntegrationListResponse,
  },
  removeIntegration: {
    path: '/integration/remove',
    request: integrations.RemoveIntegrationRequest,
    response: integrations.RemoveIntegrationResponse,
  },

  createCallbackUrl: {
    path: '/application/callback/create',
    request: callbacks.CreateCallbackUrlRequest,
    response: callbacks.CallbackUrl,
  },
  updateCallbackUrl: {
    path: '/application/callback/update',
    request: callbacks.UpdateCallbackUrlRequest,
    response: callbacks.CallbackUrl,
  },
  getCallbackUrlList: {
    path: '/application/callback/list',
    request: callbacks.GetCallbackUrlListRequest,
    response: callbacks.GetCallbackUrlListResponse,
  },
  removeCallbackUrl: {
    path: '/application/callback/remove',
    request: callbacks.RemoveCallbackUrlRequest,
    response: callbacks.RemoveCallbackUrlResponse,
  },
} as const satisfies Record<string, PrivateMethod>
