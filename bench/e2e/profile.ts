/** What a V8 CPU profile says, in short. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[]
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

export interface ProfileSummary {
  readonly process: string
  /** Milliseconds that were sampled, idle ones among them. */
  readonly sampledMs: number
  readonly busyMs: number
  /** By self time, the largest first. */
  readonly functions: readonly Share[]
  /** The same by where the code lies: a room of ours, a package, Node itself. */
  readonly places: readonly Share[]
}

export interface Share {
  readonly what: string
  readonly selfMs: number
  /** Of the time that was not idle. */
  readonly share: number
}

export async function summariseProfile(process: string, file: string): Promise<ProfileSummary> {
  const profile: CpuProfile = JSON.parse(await readFile(file, 'utf8'))
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const functions = new Map<string, number>()
  const places = new Map<string, number>()
  let sampled = 0
  let idle = 0
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id)
    const ms = Math.max(0, profile.timeDeltas[index] ?? 0) / 1000
    sampled += ms
    if (frame === undefined) continue
    // Stopping the profiler is not the service's work.
    if (frame.functionName === '(idle)' || frame.url.startsWith('node:inspector')) idle += ms
    else {
      const place = placeOf(frame)
      add(places, place, ms)
      add(functions, `${frame.functionName || '(anonymous)'} ${fileOf(frame)}`, ms)
    }
  }
  const busyMs = sampled - idle
  const shares = (from: Map<string, number>, count: number): readonly Share[] =>
    [...from]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([what, selfMs]) => ({ what, selfMs, share: selfMs / busyMs }))
  return { process, sampledMs: sampled, busyMs, functions: shares(functions, 25), places: shares(places, 15) }
}

function add(to: Map<string, number>, what: string, ms: number): void {
  to.set(what, (to.get(what) ?? 0) + ms)
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Ours by path, others by package. */
function fileOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return ''
  const path = url.startsWith('file://') ? fileURLToPath(url) : url
  const inside = path.startsWith(root) ? path.slice(root.length) : path
  return `${inside.replace(/^node_modules\//, '')}:${lineNumber + 1}`
}

function placeOf(frame: CallFrame): string {
  const file = fileOf(frame)
  if (file === '') return frame.functionName.startsWith('(') ? frame.functionName : 'native'
  if (file.startsWith('node:')) return 'node'
  const [first = '', second = ''] = file.split('/')
  return ['packages', 'services', 'apps'].includes(first) || first.startsWith('@') ? `${first}/${second}` : first
}
