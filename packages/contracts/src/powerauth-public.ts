export { EmptyResponse, ObjectRequest, ObjectResponse } from './powerauth/envelope.ts'
export {
  ActivationDetailResponse,
  ActivationLayer1Request,
  ActivationLayer1Response,
  ActivationLayer2Request,
  ActivationLayer2Response,
  ActivationRemoveResponse,
  ActivationRenameRequest,
  ActivationStatusRequest,
  ActivationStatusResponse,
  EciesEncryptedRequest,
  EciesEncryptedResponse,
  type PublicErrorCode,
  PublicErrorResponse,
  publicErrors,
  ServerStatusResponse,
  TokenCreateResponse,
  TokenRemoveRequest,
  TokenRemoveResponse,
  VaultUnlockPayload,
  VaultUnlockResult,
} from './powerauth/public.ts'
export { CreateTemporaryKeyRequest, CreateTemporaryKeyResponse } from './powerauth/tokens.ts'
