import { join } from 'node:path'
import type { Fleet } from './fleet.ts'
import { ServiceProcess } from './service-process.ts'

/** All services and their database in one process: what `npm start` runs. */
export async function startEmbeddedFleet(folder: string): Promise<Fleet> {
  const stack = new ServiceProcess({ name: 'stack', folder, args: ['--port-base', '0'] })
  await stack.start()
  const dataDirectory = join(folder, 'data')
  const { ready } = stack
  return {
    ready,
    victims: [[stack]],
    dataDirectory,
    database: { directory: join(dataDirectory, 'database') },
    deaths: () => stack.deaths,
    stopServices: () => stack.stop(),
    close: () => stack.kill(),
  }
}
