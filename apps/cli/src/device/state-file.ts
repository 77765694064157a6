/** The phone's state between two commands: which application and server, and the SDK's state, in one encrypted file. */
import { randomBytes } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import type { StateStorage } from '@cloudsigner/powerauth-sdk'
import { encryptedFileStorage } from '@cloudsigner/powerauth-sdk/node'
import { CommandError } from './command-error.ts'
import { type KnownCertificates, withCertificate } from './own-certificate.ts'

export interface PhoneAddress {
  readonly mobileSdkConfig: string
  readonly url: string
}

interface StoredPhone extends PhoneAddress {
  /** Base64 of the SDK's state. */
  readonly activation: string | null
  /** Base64 of the certificates that the phone knows, newest first. */
  readonly certificates: readonly string[]
}

/** An open state file. One command has it at a time. */
export class StateFile {
  readonly #storage: StateStorage
  readonly #lock: string
  #stored: StoredPhone | undefined

  private constructor(storage: StateStorage, lock: string, stored: StoredPhone | undefined) {
    this.#storage = storage
    this.#lock = lock
    this.#stored = stored
  }

  /** `password` undefined: the key lies beside the state, in `<path>.key`, readable by its owner only. */
  static async open(path: string, password: string | undefined): Promise<StateFile> {
    const lock = `${path}.lock`
    await takeLock(lock)
    try {
      const storage = encryptedFileStorage(path, password ?? (await keyFile(`${path}.key`)))
      return new StateFile(storage, lock, parse(await storage.load()))
    } catch (error) {
      await rm(lock, { force: true })
      throw error
    }
  }

  get address(): PhoneAddress | undefined {
    return this.#stored
  }

  get hasActivation(): boolean {
    return typeof this.#stored?.activation === 'string'
  }

  /** The SDK's part of the file, for the phone at this address. */
  storage(address: PhoneAddress): StateStorage {
    const { mobileSdkConfig, url } = address
    return {
      load: async () => {
        const activation = this.#stored?.activation
        return typeof activation === 'string' ? new Uint8Array(Buffer.from(activation, 'base64')) : undefined
      },
      save: (state) => {
        const certificates = this.#stored?.certificates ?? []
        return this.#save({ mobileSdkConfig, url, activation: Buffer.from(state).toString('base64'), certificates })
      },
      clear: async () => {
        await this.#storage.clear()
        this.#stored = undefined
      },
    }
  }

  /** Beside the activation that it belongs to. */
  certificates(): KnownCertificates {
    const list = () => (this.#stored?.certificates ?? []).map((text) => new Uint8Array(Buffer.from(text, 'base64')))
    return {
      list: async () => list(),
      add: async (certificate) => {
        if (this.#stored === undefined) throw new CommandError('This phone is not activated')
        const certificates = withCertificate(list(), certificate).map((der) => Buffer.from(der).toString('base64'))
        await this.#save({ ...this.#stored, certificates })
      },
    }
  }

  async close(): Promise<void> {
    await rm(this.#lock, { force: true })
  }

  async #save(stored: StoredPhone): Promise<void> {
    await this.#storage.save(new TextEncoder().encode(JSON.stringify(stored)))
    this.#stored = stored
  }
}

function parse(bytes: Uint8Array | undefined): StoredPhone | undefined {
  if (bytes === undefined) return undefined
  // Authenticated: we wrote it, perhaps before there was Cloud mode.
  const { mobileSdkConfig, url, activation, certificates = [] } = JSON.parse(new TextDecoder().decode(bytes))
  return { mobileSdkConfig, url, activation, certificates }
}

/** Two commands at once would use a counter twice. A lock whose process is gone does not count. */
async function takeLock(path: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return
    } catch (error) {
      if (!isError(error, 'EEXIST')) throw error
      if (await lockHolderLives(path)) break
      await rm(path, { force: true })
    }
  }
  throw new CommandError(`The state is in use by another command (${path})`)
}

async function lockHolderLives(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  if (!Number.isInteger(holder) || holder <= 0) return false
  try {
    process.kill(holder, 0)
    return true
  } catch (error) {
    return isError(error, 'EPERM')
  }
}

async function keyFile(path: string): Promise<Uint8Array> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new CommandError(`${path} is readable by others: chmod 600 ${path}`)
    }
    return await readFile(path)
  } catch (error) {
    if (!isError(error, 'ENOENT')) throw error
  }
  const key = randomBytes(32)
  const file = await open(path, 'wx', 0o600)
  await file.writeFile(key)
  await file.sync()
  await file.close()
  return key
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
