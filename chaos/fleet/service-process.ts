import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import { type RunningUp, startUp } from '../../apps/cli/test/up/up-process.ts'
import type { Victim } from './fleet.ts'

export interface ServiceProcessOptions {
  readonly name: string
  /** The data directory is `data` in it. */
  readonly folder: string
  /** Of `cloudsigner up`. */
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** `cloudsigner up` with one service or all, which is killed and started again. */
export class ServiceProcess implements Victim {
  readonly #options: ServiceProcessOptions
  readonly #deaths: string[] = []
  #running: RunningUp | undefined

  constructor(options: ServiceProcessOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#running?.child.pid
  }

  /** What it tells its clients. Throws where it does not run. */
  get ready(): WholeReadyFile {
    if (this.#running === undefined) throw new Error(`${this.name} does not run`)
    return this.#running.ready
  }

  /** Endings that nobody asked for. */
  get deaths(): readonly string[] {
    return this.#deaths
  }

  async start(): Promise<void> {
    const { folder, args, environment, name } = this.#options
    const up = await startUp(folder, args, `${name}.json`, environment)
    this.#running = up
    void up.ended.then(({ code, signal }) => {
      if (this.#running !== up) return
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
