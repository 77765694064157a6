import { join } from 'node:path'
import { type BasicCredentials, readOrCreateFile } from '@cloudsigner/service'

/** HTTP Basic credentials of the three APIs that ask for them, and of those who tell the orchestrator what happens. */
export interface StackCredentials {
  readonly powerauth: BasicCredentials
  readonly signer: BasicCredentials
  readonly orchestrator: BasicCredentials
  readonly callbacks: BasicCredentials
}

type ApiCredentials = Omit<StackCredentials, 'callbacks'>

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
    } satisfies ApiCredentials)
  const callbacksPath = join(dataDirectory, 'callback-credentials.json')
  const makeCallbacks = () => JSON.stringify({ user: 'callbacks', password: password() } satisfies BasicCredentials)
  return {
    ...parseCredentials(await readOrCreateFile(path, 0o600, make), path),
    // A file of its own: installations that are older than callbacks have the other.
    callbacks: parseBasic(
      JSON.parse(await readOrCreateFile(callbacksPath, 0o600, makeCallbacks)),
      callbacksPath,
      'callbacks',
    ),
  }
}

function parseCredentials(text: string, path: string): ApiCredentials {
  const read: Partial<Record<keyof ApiCredentials, Partial<BasicCredentials>>> = JSON.parse(text)
  const of = (name: keyof ApiCredentials) => parseBasic(read[name] ?? {}, path, name)
  return { powerauth: of('powerauth'), signer: of('signer'), orchestrator: of('orchestrator') }
}

function parseBasic({ user, password }: Partial<BasicCredentials>, path: string, name: string): BasicCredentials {
  if (typeof user !== 'string' || typeof password !== 'string' || password === '')
    throw new Error(`${path} has no credentials of ${name}`)
  return { user, password }
}
