import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { parseDemoArguments } from '../../src/demo/arguments.ts'
import { outputs } from '../../src/demo/main.ts'
import { stepLine, summary } from '../../src/demo/report.ts'
import { StepRecorder, type StepResult } from '../../src/demo/steps.ts'

test('without arguments the demo signs the examples, and they are there', () => {
  const options = parseDemoArguments([], '/somewhere')
  assert.equal(options.files.length, 3)
  for (const file of options.files) assert.ok(existsSync(file), file)
  assert.equal(options.keep, false)
  assert.equal(options.json, undefined)
})

test('relative paths count from where the user is', () => {
  const here = import.meta.filename
  const args = ['--file', basename(here), '--file', here, '--json', 'out.json', '--keep']
  const options = parseDemoArguments(args, import.meta.dirname)
  const json = join(import.meta.dirname, 'out.json')
  assert.deepEqual(options, { modes: ['EXTERNAL', 'CLOUD'], files: [here, here], json, keep: true })
})

test('both modes, or one', () => {
  assert.deepEqual(parseDemoArguments(['--mode', 'external'], '/').modes, ['EXTERNAL'])
  assert.deepEqual(parseDemoArguments(['--mode', 'cloud'], '/').modes, ['CLOUD'])
  assert.deepEqual(parseDemoArguments(['--mode', 'both'], '/').modes, ['EXTERNAL', 'CLOUD'])
})

for (const args of [
  ['--file', '/is-not-there.pdf'],
  ['--fil', 'x'],
  ['my.pdf'],
  ['--file'],
  ['--json'],
  ['--mode', 'toString'],
])
  test(`arguments refused: ${args.join(' ')}`, () => {
    assert.throws(() => parseDemoArguments(args, '/'))
  })

test('steps are timed and kept in order, a failed one too', async () => {
  const ticks = [0, 10.4, 20, 25]
  const announced: string[] = []
  const recorder = new StepRecorder(
    () => ticks.shift() ?? 0,
    (result, detail) => announced.push(stepLine(result, detail)),
  )
  assert.equal(await recorder.step('first', async () => 'x', String), 'x')
  await assert.rejects(
    recorder.step('second', async () => {
      throw new Error('no')
    }),
    /no/,
  )
  const expected: StepResult[] = [
    { name: 'first', ok: true, ms: 10 },
    { name: 'second', ok: false, ms: 5 },
  ]
  assert.deepEqual(recorder.results, expected)
  assert.match(announced[0] ?? '', /^✔ first .* 10 ms {3}x\n$/)
  assert.match(announced[1] ?? '', /^✘ second .* 5 ms {3}no\n$/)
  assert.match(
    summary({ steps: expected, files: [], signed: [], firstSignedMs: null }, 0),
    /2 steps, 1 failed[\s\S]*No signed PDF/,
  )
  assert.match(
    summary({ steps: expected, files: [], signed: [], firstSignedMs: 4321 }, 1000),
    /4\.3 s .* 3\.3 s without/,
  )
})

test('signed copies have names of their own, and never overwrite an original', () => {
  assert.deepEqual(
    outputs(['/a/x.pdf', '/b/x.pdf', '/out/y.pdf'], '/out').map(({ signed }) => signed),
    ['/out/x-signed.pdf', '/out/x-signed-2.pdf', '/out/y-signed.pdf'],
  )
  assert.deepEqual(
    outputs(['/a/x.pdf', '/b/x.pdf'], '/out', 'CLOUD').map(({ signed }) => signed),
    ['/out/x-signed-cloud.pdf', '/out/x-signed-cloud-2.pdf'],
  )
})
