import assert from 'node:assert/strict'
import { runDevice } from '../../src/device/main.ts'

export interface DeviceOutcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `cloudsigner device ARGS` in this process, and demands the exit code. */
export async function device(
  args: readonly string[],
  expected = 0,
  env: Readonly<Record<string, string>> = {},
): Promise<DeviceOutcome> {
  let [stdout, stderr] = ['', '']
  const collectOut = (text: string) => {
    stdout += text
  }
  const collectErr = (text: string) => {
    stderr += text
  }
  const io = { stdout: { write: collectOut }, stderr: { write: collectErr }, env, cwd: () => '/' }
  const code = await runDevice(args, io)
  assert.equal(code, expected, stderr)
  return { code, stdout, stderr }
}
