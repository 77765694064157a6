import { type ActivationKeys, agreeActivationKeys, type P256KeyPair } from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { findMasterKeypair } from '../store/applications.ts'
import { unseal } from '../store/sealed.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import type { PowerAuthContext } from './context.ts'

/** What an activation has once keys were exchanged. */
export interface KeyedActivation {
  readonly serverPair: P256KeyPair
  readonly devicePublicKey: Uint8Array
  readonly ctrData: Uint8Array
  readonly keys: ActivationKeys
}

/** Undefined before the key exchange. The keys are agreed anew each time and kept nowhere. */
export async function readKeys(
  { secretBox, crypto }: PowerAuthContext,
  row: ActivationRow,
): Promise<KeyedActivation | undefined> {
  const { device_public_key, server_public_key, server_private_key_sealed, ctr_data } = row
  if (device_public_key === null || server_public_key === null) return undefined
  if (server_private_key_sealed === null || ctr_data === null) return undefined
  const privateKey = unseal(secretBox, 'serverPrivateKey', row.activation_id, server_private_key_sealed)
  const serverPair = { privateKey, publicKey: server_public_key }
  const keys = await agreeActivationKeys(crypto, serverPair, device_public_key)
  return { serverPair, devicePublicKey: device_public_key, ctrData: ctr_data, keys }
}

/** Throws ERR0008 before the key exchange. */
export async function getKeys(context: PowerAuthContext, row: ActivationRow): Promise<KeyedActivation> {
  const keyed = await readKeys(context, row)
  if (keyed === undefined) throw refuse('ERR0008', { activationId: row.activation_id })
  return keyed
}

/** KEY_SERVER_MASTER of an application. Throws ERR0003. */
export async function getMasterPair(context: PowerAuthContext, db: Db, applicationId: string): Promise<P256KeyPair> {
  const keypair = await findMasterKeypair(db, applicationId)
  if (keypair === undefined) throw refuse('ERR0003', { applicationId })
  const privateKey = unseal(context.secretBox, 'masterPrivateKey', applicationId, keypair.private_key_sealed)
  return { privateKey, publicKey: keypair.public_key }
}
