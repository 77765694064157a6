import type { SecretBox } from '@cloudsigner/service'

/** Whose secret a sealed value is: the associated data of its encryption, so that one moved to another row does not open. */
const identities = {
  masterPrivateKey: (applicationId: string) => `powerauth.master_keypair.private_key:${applicationId}`,
  applicationSecret: (applicationKey: string) => `powerauth.application_version.application_secret:${applicationKey}`,
  serverPrivateKey: (activationId: string) => `powerauth.activation.server_private_key:${activationId}`,
  temporaryPrivateKey: (id: string) => `powerauth.temporary_key.private_key:${id}`,
  totpSeed: (operationId: string) => `powerauth.operation.totp_seed:${operationId}`,
  callbackAuthentication: (id: string) => `powerauth.callback_url.authentication:${id}`,
  tokenSecret: (tokenId: string) => `powerauth.token.token_secret:${tokenId}`,
} as const
export type SealedMember = keyof typeof identities

export function seal(secretBox: SecretBox, member: SealedMember, recordId: string, secret: Uint8Array): Uint8Array {
  return secretBox.seal(secret, identities[member](recordId))
}

export function unseal(secretBox: SecretBox, member: SealedMember, recordId: string, sealed: Uint8Array): Uint8Array {
  return secretBox.open(sealed, identities[member](recordId))
}
