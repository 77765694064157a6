import { SignerProblem } from '../domain/signer-problem.ts'

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** RFC 4648 §4, strictly: what decodes is what was encoded. REQUEST_VALIDATION_ERROR names the member. */
export function fromBase64(member: string, text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', `${member} is not Base64`)
  }
  return new Uint8Array(bytes)
}
