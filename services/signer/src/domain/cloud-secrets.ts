import { type SecretBox, SecretBoxError } from '@cloudsigner/service'
import { SignerProblem } from './signer-problem.ts'

/**
 * What is sealed for Cloud mode, each under its record's identity. The device key is no secret: it is sealed so that
 * who can write rows, and does not hold the master key, can neither pin a key of his own nor move another's pin here.
 */
const identities = {
  /** Of a credential. */
  privateKey: 'signer.credential',
  /** Of a credential and its signer. */
  deviceKey: 'signer.credential.deviceKey',
  /** Of a document. */
  intent: 'signer.release.intent',
} as const
export type SealedMember = keyof typeof identities

const identityOf = (member: SealedMember, recordIds: readonly string[]): string =>
  [identities[member], ...recordIds].join(':')

export function seal(
  secretBox: SecretBox,
  member: SealedMember,
  value: Uint8Array,
  ...recordIds: readonly string[]
): Uint8Array {
  return secretBox.seal(value, identityOf(member, recordIds))
}

/** ILLEGAL_OPERATION_ERROR where the row does not hold what was sealed for it: nothing is signed by it. */
export function unseal(
  secretBox: SecretBox,
  member: SealedMember,
  sealed: Uint8Array,
  ...recordIds: readonly string[]
): Uint8Array {
  try {
    return secretBox.open(sealed, identityOf(member, recordIds))
  } catch (cause) {
    if (!(cause instanceof SecretBoxError)) throw cause
    throw new SignerProblem('ILLEGAL_OPERATION_ERROR', sentences[member], { record: recordIds.join(':') }, { cause })
  }
}

const sentences: Readonly<Record<SealedMember, string>> = {
  privateKey: "The signer's key is not the one that was sealed for it",
  deviceKey: "The signer's device key is not the one that was pinned at enrolment",
  intent: 'The document is not being signed by what was released for it',
}
