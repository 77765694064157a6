import { ProtocolError } from '../protocol-error.ts'

/** The versions of `pa_version` that this package speaks, oldest first. */
export const protocolVersions = ['3.0', '3.1', '3.2', '3.3'] as const
export type ProtocolVersion = (typeof protocolVersions)[number]

/** Throws `unsupported_version`. */
export function parseProtocolVersion(text: string): ProtocolVersion {
  const version = protocolVersions.find((known) => known === text)
  if (version === undefined) throw new ProtocolError('unsupported_version', 'The protocol version is not supported')
  return version
}

interface VersionTraits {
  /** 3.1 on: codes and the IV of the status blob are of the newer kind, and ECIES has a nonce. */
  readonly nonce: boolean
  /** 3.2 on: a response has its own nonce, both directions a time, and associated data enters the MAC. */
  readonly timestamp: boolean
  /** 3.3: the recipient's key of ECIES is a temporary one. */
  readonly temporaryKey: boolean
}

/** What differs between the versions, decided once. */
export const versionTraits: Readonly<Record<ProtocolVersion, VersionTraits>> = {
  '3.0': { nonce: false, timestamp: false, temporaryKey: false },
  '3.1': { nonce: true, timestamp: false, temporaryKey: false },
  '3.2': { nonce: true, timestamp: true, temporaryKey: false },
  '3.3': { nonce: true, timestamp: true, temporaryKey: true },
}
