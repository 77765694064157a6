import { parseCertificate } from '@cloudsigner/pki'
import type { SignerContext } from '../context.ts'
import { unseal } from '../domain/cloud-secrets.ts'
import { getCredential } from '../store/credential-store.ts'
import { getCertificate, type Signer } from '../store/signer-store.ts'

/** The device key that a signer has: the pinned one; of External mode that of the certificate (docs/decisions/0006). */
export async function deviceKeyOf(context: SignerContext, signer: Signer): Promise<Uint8Array> {
  const { credentialId, der } = await getCertificate(context.db, signer.certificateId)
  return credentialId === null
    ? parseCertificate(der).subjectPublicKeyInfo
    : pinnedDeviceKey(context, credentialId, signer.signerId)
}

/** DER SubjectPublicKeyInfo: the only key whose signatures release this credential's. */
export async function pinnedDeviceKey(
  context: SignerContext,
  credentialId: string,
  signerId: string,
): Promise<Uint8Array> {
  const { sealedDeviceKey } = await getCredential(context.db, credentialId)
  return unseal(context.secretBox, 'deviceKey', sealedDeviceKey, credentialId, signerId)
}
