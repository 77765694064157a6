import { createLogger, type Logger } from '../logger.ts'

export type CapturedLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string }

export interface CaptureLogger extends Logger {
  readonly lines: readonly CapturedLine[]
  /** Everything that was written, for asserting that a secret is not in it. */
  text(): string
}

/** The real logger, redaction included, writing to memory at level `trace`. */
export function createCaptureLogger(): CaptureLogger {
  const written: string[] = []
  const logger = createLogger({ level: 'trace', destination: { write: (line: string) => void written.push(line) } })
  return Object.defineProperties(logger, {
    lines: { get: () => written.map((line) => JSON.parse(line)) },
    text: { value: () => written.join('') },
  }) as CaptureLogger
}
