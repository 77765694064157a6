import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BasicCredentials, writeFileAtomically } from '@cloudsigner/service'

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
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return parseCredentials(text, path)
  const password = () => Buffer.from(random(24)).toString('base64url')
  const made = {
    powerauth: { user: 'powerauth', password: password() },
    signer: { user: 'signer', password: password() },
    orchestrator: { user: 'bank', password: password() },
  }
  await writeFileAtomically(path, `${JSON.stringify(made, undefined, 2)}\n`, 0o600)
  return made
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
