import { type DestinationStream, type LevelWithSilent, pino } from 'pino'

type LogMethod = {
  (facts: object, message?: string): void
  (message: string): void
}

/** A structured logger, of pino's shape. Facts first, then one constant sentence. */
export interface Logger {
  level: string
  fatal: LogMethod
  error: LogMethod
  warn: LogMethod
  info: LogMethod
  debug: LogMethod
  trace: LogMethod
  silent: LogMethod
  child(bindings: Record<string, unknown>): Logger
}

/** Members that are never written, at the root of a log line and one and two levels below. */
const secretMembers = [
  'password',
  'pin',
  'secret',
  'token',
  'authorization',
  'cookie',
  'privateKey',
  'masterKey',
  'applicationSecret',
  'activationCode',
  'credentials',
]

export interface LoggerOptions {
  readonly level?: LevelWithSilent
  /** Where lines go; standard error where absent, so that standard output stays a program's answer. */
  readonly destination?: DestinationStream
  readonly bindings?: Record<string, unknown>
}

/** A pino logger that writes JSON lines and leaves secret members out. */
export function createLogger(options: LoggerOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: options.bindings ?? {},
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
      redact: {
        paths: secretMembers.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  )
}
