/** Loaded before a service, by `--import`: samples its stack when the benchmark says so, and only then. */
import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

const session = new Session()
session.connect()

const samplingMicroseconds = 500

async function obey(message: unknown): Promise<void> {
  if (typeof message !== 'object' || message === null || !('profile' in message)) return
  if (message.profile === 'start') {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds })
    await session.post('Profiler.start')
  } else if ('file' in message && typeof message.file === 'string') {
    const { profile } = await session.post('Profiler.stop')
    await session.post('Profiler.disable')
    await writeFile(message.file, JSON.stringify(profile))
  }
  process.send?.('done')
}

process.on('message', (message) => void obey(message))
// The channel must not keep a service alive that was told to stop.
process.channel?.unref()
// The benchmark was ended before it could stop what it had started.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
