/** `kill -9` at any moment: every commit that was acknowledged is there, no transaction is half there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createLogger, openDatabase, systemClock, systemRandom } from '../../src/index.ts'
import type { KillTables } from './kill-writer.ts'

/** More rounds than `npm test` has time for: CLOUDSIGNER_KILL_ROUNDS=100. */
const rounds = Number(process.env.CLOUDSIGNER_KILL_ROUNDS ?? 4)
const queue = { clock: systemClock, random: systemRandom, logger: createLogger({ level: 'silent' }) }

interface Killed {
  /** The last id whose commit was acknowledged, or undefined where there was none. */
  readonly acknowledged: number | undefined
}

/** Starts the writer and kills it `delay` ms after its start, or after its first acknowledgement. */
async function writeUntilKilled(
  directory: string,
  firstId: number,
  delay: number,
  since: 'start' | 'first commit',
): Promise<Killed> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-writer.ts'), directory, String(firstId)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<string | number | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? code)),
  )
  let output = ''
  const first = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const drained = new Promise<void>((resolve) => child.stdout.once('close', () => resolve()))
  if (since === 'first commit') await Promise.race([first, exited])
  await sleep(delay)
  child.kill('SIGKILL')
  assert.equal(await exited, 'SIGKILL', 'the writer ended before it was killed')
  await drained
  const lines = output.split('\n').slice(0, -1)
  return { acknowledged: lines.length > 0 ? Number(lines.at(-1)) : undefined }
}

/** Opens what the killed process left; resolves with the highest id that is there. */
async function assertWhole(directory: string, acknowledged: number | undefined): Promise<number> {
  const database = await openDatabase({ directory }, queue)
  try {
    const db = database.forSchema<KillTables>('kill')
    const present = await sql<{ ok: boolean }>`select to_regclass('kill.left_half') is not null as ok`.execute(db)
    if (!present.rows[0]?.ok) {
      assert.equal(acknowledged, undefined)
      return 0
    }
    const left = await db.selectFrom('left_half').selectAll().orderBy('id').execute()
    const right = await db.selectFrom('right_half').selectAll().orderBy('id').execute()
    assert.deepEqual(left, right)
    left.forEach(({ id, body }, index) => {
      assert.equal(id, index + 1, 'a commit between others is missing')
      assert.equal(body, String(id).repeat(1 + (id % 400)))
    })
    const { sum } = await db
      .selectFrom('account')
      .select((column) => column.fn.sum<string>('balance').as('sum'))
      .executeTakeFirstOrThrow()
    assert.equal(Number(sum), 2000)
    const last = left.at(-1)?.id ?? 0
    if (acknowledged !== undefined) assert.ok(last >= acknowledged, `commit ${acknowledged} is lost; ${last} is last`)
    return last
  } finally {
    await database.close()
  }
}

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'cloudsigner-kill-'))
  try {
    await body(join(parent, 'database'))
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}

test(`PGlite killed ${rounds} times while it writes and checkpoints keeps every acknowledged commit`, async (t) => {
  await withDirectory(async (directory) => {
    let last = 0
    for (let round = 0; round < rounds; round += 1) {
      const delay = Math.floor(Math.random() * 400)
      const { acknowledged } = await writeUntilKilled(directory, last + 1, delay, 'first commit')
      last = await assertWhole(directory, acknowledged)
      t.diagnostic(`round ${round}: killed ${delay} ms after a commit, ${last} transactions whole`)
    }
    assert.ok(last > rounds, 'hardly anything was written: the test tests nothing')
  })
})

test(`PGlite killed ${rounds} times while it is created or started starts again`, async (t) => {
  for (let round = 0; round < rounds; round += 1) {
    await withDirectory(async (directory) => {
      const delay = Math.floor(60 + Math.random() * 900)
      const { acknowledged } = await writeUntilKilled(directory, 1, delay, 'start')
      const last = await assertWhole(directory, acknowledged)
      const again = await writeUntilKilled(directory, last + 1, 0, 'first commit')
      await assertWhole(directory, again.acknowledged)
      t.diagnostic(`round ${round}: killed ${delay} ms after the start`)
    })
  }
})
