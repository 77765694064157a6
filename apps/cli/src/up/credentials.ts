import { join } from 'node:path'
import { type BasicCredentials, readOrCreateFile } from '@cloudsigner/service'

/** HTTP Basic credentials of the three APIs that ask for them. */
export interface StackCredentials {
  readonly powerauth: BasicCredentials
  readonly signer: BasicCredentials
  readonly orchestrator: BasicCredentials
}

/** Made at the first start, kept in the data directory, readable by its owner alone. */
export async function loadOrCreateCredentials(
  dataDirectory: string,
  random: (length: number) => Uint8Array,
): Promise<StackCredentials> {
  const path = join(dataDirectory, 'credentials.json')
  const password = () => Buffer.from(random(24)).toString('base64url')
  const make = () =>
    JSON.stringify({
      powerauth: { user: 'powerauth', password: password() },
      signer: { user: 'signer', password: password() },
      orchestrator: { user: 'bank', password: password() },
    } satisfies StackCredentials)
  return parseCredentials(await readOrCreateFile(path, 0o600, make), path)
}

function parseCredentials(text: string, path: string): StackCredentials {
  const read: Partial<Record<keyof StackCredentials, Partial<BasicCredentials>>> = JSON.parse(text)
  const of = (name: keyof StackCredentials): BasicCredentials => {
    const { user, password } = read[name] ?? {}
    if (typeof user !== 'string' || typeof password !== 'string' || password === '')
      throw new Error(`${path} has no credentials of ${name}`)
    return { user, password }
  }
  return { powerauth: of('powerauth'), signer: of('signer'), orchestrator: of('orchestrator') }
}
