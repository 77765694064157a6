import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const serviceNames = ['powerauth', 'ca', 'signer', 'orchestrator', 'app'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface UpOptions {
  /** Which services this process runs, in the order they start. */
  readonly services: readonly ServiceName[]
  /** Absolute. Keys, credentials, ports, documents, and the database where no URL is given. */
  readonly dataDirectory: string
  readonly databaseUrl?: string
  /** 0: seven free ports, found once and kept in the data directory. */
  readonly portBase: number
  /** Address that is bound. */
  readonly host: string
  /** Host that URLs carry. */
  readonly publicHost: string
  /** Absolute. */
  readonly readyFile?: string
  readonly openPrivateApi: boolean
  readonly logLevel: LogLevel
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const upUsage = `usage: cloudsigner up [powerauth|ca|signer|orchestrator|app] [--data DIR] [option …]

Starts all services in this process, or the one named. They stay up until SIGINT or SIGTERM.

  --data DIR           what is kept: keys, credentials, ports, documents, database (default ./data)
  --database URL       a PostgreSQL server, 15 or newer, instead of the embedded database
  --port-base N        PowerAuth private N, public N+1; CA REST N+2, public N+3; signer N+4; orchestrator N+5;
                       the phone's app N+6
                       (default 0: free ports, found once and kept in DIR, since certificates carry URLs)
  --host ADDRESS       address to bind (default 127.0.0.1)
  --public-host NAME   host that URLs carry (default the address that is bound)
  --ready-file FILE    JSON with every URL and credential, written when all answer
  --open-private-api   development, loopback only: PowerAuth's private API without credentials
  --log-level LEVEL    fatal, error, warn (default), info, debug, trace, silent; JSON lines on standard error

A service alone finds its peers in DIR, or by CLOUDSIGNER_* variables: see the README of apps/cli.
`

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/
const wildcard = /^(?:0\.0\.0\.0|::)$/

/** What to call from this machine where `host` is bound: loopback where that is every address. */
export const callableHost = (host: string): string => (wildcard.test(host) ? '127.0.0.1' : host)

/** Relative paths count from `workingDirectory`. Throws UsageError, or the error of parseArgs, with a sentence. */
export function parseUpArguments(args: readonly string[], workingDirectory: string): UpOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string', default: 'data' },
      database: { type: 'string' },
      'port-base': { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'public-host': { type: 'string' },
      'ready-file': { type: 'string' },
      'open-private-api': { type: 'boolean', default: false },
      'log-level': { type: 'string', default: 'warn' },
    },
    strict: true,
    allowPositionals: true,
  })
  const { host } = values
  if (values['open-private-api'] && !loopback.test(host))
    throw new UsageError(`--open-private-api is for loopback addresses, and --host is ${host}.`)
  return {
    services: servicesOf(positionals),
    dataDirectory: resolve(workingDirectory, values.data),
    ...(values.database === undefined ? {} : { databaseUrl: databaseUrlOf(values.database) }),
    portBase: portBaseOf(values['port-base']),
    host,
    publicHost: values['public-host'] ?? callableHost(host),
    ...(values['ready-file'] === undefined ? {} : { readyFile: resolve(workingDirectory, values['ready-file']) }),
    openPrivateApi: values['open-private-api'],
    logLevel: logLevelOf(values['log-level']),
  }
}

function servicesOf(positionals: readonly string[]): readonly ServiceName[] {
  const [name, ...others] = positionals
  if (name === undefined) return serviceNames
  const known = serviceNames.find((each) => each === name)
  if (known === undefined) throw new UsageError(`There is no service ${JSON.stringify(name)}.`)
  if (others.length > 0) throw new UsageError('Name one service, or none for all.')
  return [known]
}

function databaseUrlOf(text: string): string {
  const protocol = URL.parse(text)?.protocol
  if (protocol !== 'postgresql:' && protocol !== 'postgres:')
    throw new UsageError('--database is a URL such as postgresql://user:password@host:5432/cloudsigner.')
  return text
}

export const portCount = 7

function portBaseOf(text: string): number {
  const base = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (base === 0 || (base >= 1 && base + portCount - 1 <= 65_535)) return base
  throw new UsageError(
    `--port-base is a number from 1 to ${65_536 - portCount}, or 0, and not ${JSON.stringify(text)}.`,
  )
}

function logLevelOf(text: string): LogLevel {
  const level = logLevels.find((each) => each === text)
  if (level === undefined) throw new UsageError(`--log-level is one of ${logLevels.join(', ')}.`)
  return level
}
