import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import { beginUp, type UpProcess } from '../../apps/cli/test/up/up-process.ts'
import type { Victim } from './fleet.ts'

export interface ServiceProcessOptions {
  readonly name: string
  /** The data directory is `data` in it; what the process writes goes to `NAME.log`. */
  readonly folder: string
  /** Of `cloudsigner up`. */
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** `cloudsigner up` with one service or all, which is killed and started again. */
export class ServiceProcess implements Victim {
  readonly #options: ServiceProcessOptions
  readonly #deaths: string[] = []
  #running: UpProcess | undefined
  #ready: WholeReadyFile | undefined

  constructor(options: ServiceProcessOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  /** What it told its clients when it had started last. */
  get ready(): WholeReadyFile {
    if (this.#ready === undefined) throw new Error(`${this.name} never ran`)
    return this.#ready
  }

  /** Endings that nobody asked for. */
  get deaths(): readonly string[] {
    return this.#deaths
  }

  async start(): Promise<void> {
    const { folder, args, environment, name } = this.#options
    const { up, ready } = beginUp(folder, args, `${name}.json`, environment)
    this.#running = up
    void up.ended.then(() => appendFileSync(join(folder, `${name}.log`), up.output()))
    const wasKilled = () => this.#running !== up
    try {
      this.#ready = await ready
    } catch (error) {
      if (wasKilled()) return
      throw error
    }
    void up.ended.then(({ code, signal }) => {
      if (wasKilled()) return
      this.#running = undefined
      this.#deaths.push(`${name} ended by itself (${signal ?? code}):\n${up.output().slice(-4000)}`)
    })
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Lets it drain; throws where it does not end well. */
  async stop(): Promise<void> {
    const ended = await this.#end('SIGTERM')
    if (ended !== undefined && ended.code !== 0)
      throw new Error(`${this.name} did not drain: ${ended.signal ?? ended.code}`)
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM') {
    const up = this.#running
    this.#running = undefined
    up?.child.kill(signal)
    return await up?.ended
  }
}
