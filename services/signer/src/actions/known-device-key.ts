import { parseCertificate } from '@cloudsigner/pki'
import type { SignerContext } from '../context.ts'
import { unseal } from '../domain/cloud-secrets.ts'
import { type Credential, getCredential } from '../store/credential-store.ts'
import { getCertificate, type Signer } from '../store/signer-store.ts'

/** The device key that a signer has: the pinned one; of External mode that of the certificate (docs/decisions/0006). */
export async function deviceKeyOf(context: SignerContext, signer: Signer): Promise<Uint8Array> {
  const { credentialId, der } = await getCertificate(context.db, signer.certificateId)
  if (credentialId === null) return parseCertificate(der).subjectPublicKeyInfo
  return pinnedDeviceKey(context, await getCredential(context.db, credentialId), signer.signerId)
}

/** DER SubjectPublicKeyInfo: the only key whose signatures release this credential's. */
export function pinnedDeviceKey(
  { secretBox }: SignerContext,
  { credentialId, sealedDeviceKey }: Credential,
  signerId: string,
): Uint8Array {
  return unseal(secretBox, 'deviceKey', sealedDeviceKey, credentialId, signerId)
}
