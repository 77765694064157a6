export interface StepResult {
  readonly name: string
  readonly ok: boolean
  /** Milliseconds, whole. */
  readonly ms: number
}

/** Runs the steps of the demo one after another, and keeps how each went. */
export class StepRecorder {
  readonly #results: StepResult[] = []
  readonly #now: () => number
  readonly #announce: (result: StepResult, detail: string) => void

  /** `now`: milliseconds of a clock that only moves forward. `announce` is called when a step has ended. */
  constructor(now: () => number, announce: (result: StepResult, detail: string) => void) {
    this.#now = now
    this.#announce = announce
  }

  get results(): readonly StepResult[] {
    return this.#results
  }

  /** What `act` gives. Rethrows its error once the failure is noted. `tell` makes a detail for the reader of a good result. */
  async step<Result>(
    name: string,
    act: () => Promise<Result>,
    tell: (result: Result) => string = () => '',
  ): Promise<Result> {
    const started = this.#now()
    const note = (ok: boolean, detail: string) => {
      const result = { name, ok, ms: Math.round(this.#now() - started) }
      this.#results.push(result)
      this.#announce(result, detail)
    }
    try {
      const result = await act()
      note(true, tell(result))
      return result
    } catch (error) {
      note(false, error instanceof Error ? error.message : String(error))
      throw error
    }
  }
}
