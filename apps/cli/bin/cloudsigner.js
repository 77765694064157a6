#!/usr/bin/env node
// Plain JavaScript that an old Node understands: hands over to the Node that was installed beside this package where the
// one that runs is too old for it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const needed = 26
const here = dirname(fileURLToPath(import.meta.url))
const main = join(here, '..', 'src', 'main.ts')

function installedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let directory = here; directory !== dirname(directory); directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', '.bin', name)
    if (existsSync(candidate)) return candidate
  }
  return undefined
}

if (Number(process.versions.node.split('.')[0]) >= needed) {
  const { runMain } = await import('../src/main.ts')
  await runMain(process.argv.slice(2))
} else {
  const node = installedNode()
  if (node === undefined) {
    process.stderr.write(`cloudsigner needs Node ${needed} or newer; this is ${process.versions.node}.\n`)
    process.exit(1)
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)))
}
