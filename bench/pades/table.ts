import type { PadesCase } from '../pades.ts'

const peerNames = ['LibPDF', 'pdf-lib']

/** Column heads: times in milliseconds, then how they compare. */
export function heading(peers: boolean): string {
  const columns = [
    'document',
    'xref',
    'bytes',
    'floor',
    'SHA-256',
    'ours',
    'after digest',
    'signatures/s',
    'ours/floor',
  ]
  for (const name of peers ? peerNames : []) columns.push(name, `${name}/ours`)
  return line(columns)
}

export function row({ name, xref, bytes, measurements }: PadesCase, peers: boolean): string {
  const ms = (contender: string): number =>
    measurements.find((found) => found.name === contender)?.medianMs ?? Number.NaN
  const cells = [name, xref, bytes.toLocaleString('en'), time(ms('floor')), time(ms('SHA-256')), time(ms('ours'))]
  cells.push(
    time(ms('after digest')),
    Math.round(1000 / ms('ours')).toLocaleString('en'),
    ratio(ms('ours') / ms('floor')),
  )
  for (const peer of peers ? peerNames : []) cells.push(time(ms(peer)), ratio(ms(peer) / ms('ours')))
  return line(cells)
}

const time = (ms: number): string => (ms < 10 ? ms.toFixed(3) : ms.toFixed(1))
const ratio = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)}×`

function line(cells: readonly string[]): string {
  return `${cells.map((cell, index) => (index < 2 ? cell.padEnd(index === 0 ? 13 : 7) : cell.padStart(13))).join('')}\n`
}
