import { ProtocolError } from '../protocol-error.ts'

/** The version of `pa_version`, and what enters the cryptography. */
export const VERSION = '4.0'
export type ProtocolVersion = typeof VERSION

/** Throws `unsupported_version`: 3.x, above all, is never read by the rules of 4.0. */
export function parseProtocolVersion(text: string): ProtocolVersion {
  if (text !== VERSION) throw new ProtocolError('unsupported_version', 'The protocol version is not 4.0')
  return text
}
