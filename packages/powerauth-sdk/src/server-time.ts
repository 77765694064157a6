/** The server's clock, as far as it was seen: envelopes and tokens are refused when their time is off. */
export interface Clock {
  now(): Date
}

export class ServerTime {
  readonly #clock: Clock
  #offsetMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get synchronized(): boolean {
    return this.#offsetMs !== undefined
  }

  /** Milliseconds since 1970 by the server's clock, or by the device's until they were compared. */
  now(): number {
    return this.#clock.now().getTime() + (this.#offsetMs ?? 0)
  }

  deviceNow(): number {
    return this.#clock.now().getTime()
  }

  /** The server read its clock somewhere between the two moments of the device's: half-way is the best guess. */
  learn(serverTime: number, sentAt: number): void {
    this.#offsetMs = Math.round(serverTime - (sentAt + this.deviceNow()) / 2)
  }

  forget(): void {
    this.#offsetMs = undefined
  }
}
