/** A Java program that answers lines: JSON in, JSON out, one Java for a whole run, since its start is what costs. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from './lifetime.ts'

const answerSeconds = 60

/** Answers one value. The program works on one at a time; others wait. */
export type JavaLines = (value: unknown) => Promise<unknown>

/** Starts the program; it ends with the run. */
export function javaLines(jar: string, args: readonly string[]): JavaLines {
  const options = ['-XX:TieredStopAtLevel=1', '-jar', jar]
  const child = spawn('java', [...options, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk}`.slice(-4000)
  })
  const gone = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`${jar} ended with ${code}:\n${complaints}`)))
  })
  gone.catch(() => {})
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  atEnd(async () => {
    child.stdin.end()
    await Promise.race([gone.catch(() => {}), delay(10_000, undefined, { ref: false })])
    child.kill('SIGKILL')
  })

  const answer = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`)
    const late = delay(answerSeconds * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`${line} took more than ${answerSeconds} s`)
    })
    const next = await Promise.race([lines.next(), gone, late])
    if (next.done) throw new Error(`${jar} closed its output`)
    return JSON.parse(next.value)
  }
  let last: Promise<unknown> = Promise.resolve()
  return (value) => {
    const outcome = last.then(() => answer(JSON.stringify(value)))
    last = outcome.catch(() => {})
    return outcome
  }
}
