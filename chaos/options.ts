import { parseArgs } from 'node:util'

export interface ChaosOptions {
  readonly kills: number
  /** `embedded`: all in one process. `postgres`: replicas, and a PostgreSQL that is killed too. A URL: replicas on it. */
  readonly database: string
  /** Folder of an installed PostgreSQL's programs, in place of npm's. */
  readonly programs?: string
  /** The least that the load lasts. */
  readonly seconds: number
  readonly seed: number
  readonly phones: number
  readonly jsonFile?: string
}

export const chaosUsage = `usage: npm run chaos -- --kills N [option …]

Starts a stack, lets phones sign, kills processes of it (kill -9) and starts them again, and has an auditor judge what is
left by the database, the stored files and the journal of every answer that was given. Exits with 1 where a law is broken.

  --kills N          how often a process is killed
  --database WHERE   embedded (default): the whole stack in one process, on its own database
                     postgres: two replicas of each service behind a proxy, on a PostgreSQL that is killed too
                     postgresql://…: the same on that server, which is left alive and has to be empty
  --programs DIR     for postgres: the folder of an installed PostgreSQL's programs, in place of npm's
  --seconds S        the load lasts so long at least (default: as long as the kills take)
  --seed N           the same sequence of victims and pauses again (default: another each time)
  --phones N         phones that sign at a time (default 4)
  --json FILE        the report as JSON
`

/** Throws an Error with a sentence. */
export function parseChaosArguments(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string' },
      database: { type: 'string', default: 'embedded' },
      programs: { type: 'string' },
      seconds: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      phones: { type: 'string', default: '4' },
      json: { type: 'string' },
    },
  })
  const { database } = values
  if (database !== 'embedded' && database !== 'postgres' && !/^postgres(ql)?:\/\//.test(database))
    throw new Error(`--database is embedded, postgres or a URL, and not ${JSON.stringify(database)}.`)
  if (values.programs !== undefined && database !== 'postgres')
    throw new Error('--programs goes with --database postgres.')
  return {
    kills: count('--kills', values.kills ?? ''),
    database,
    seconds: count('--seconds', values.seconds),
    seed: count('--seed', values.seed),
    phones: count('--phones', values.phones),
    ...(values.programs === undefined ? {} : { programs: values.programs }),
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
  }
}

function count(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name} is a number, and not ${JSON.stringify(text)}.`)
  return Number(text)
}
