import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BlobStore,
  createLogger,
  createSecretBox,
  type Database,
  DatabaseError,
  loadOrCreateMasterKey,
  openDatabase,
  openFileBlobStore,
  parseMasterKey,
  type ServiceEnvironment,
  systemClock,
  systemRandom,
} from '@cloudsigner/service'
import { type Addresses, addressesOf, boundAddressesOf, type Environment, peerAddressesOf } from './addresses.ts'
import type { ServiceName, UpOptions } from './arguments.ts'
import { type CaFiles, caFilesOf } from './ca-access.ts'
import { loadOrCreateCredentials, type StackCredentials } from './credentials.ts'
import { choosePorts, type Ports } from './ports.ts'

/** A data directory that is open: what its services are made of. */
export interface Installation {
  readonly ports: Ports
  /** As clients, certificates and the ready file name them. */
  readonly addresses: Addresses
  /** Where services of this process are listening. */
  readonly bound: Addresses
  /** Where services call each other. */
  readonly peers: Addresses
  readonly credentials: StackCredentials
  readonly caFiles: CaFiles
  /** Each service has blobs of its own; the rest is shared. */
  environmentOf(service: ServiceName): Promise<ServiceEnvironment>
  close(): Promise<void>
}

/** Opens a data directory, making what it lacks. Nothing that is there is made anew. */
export async function openInstallation(options: UpOptions, environment: Environment): Promise<Installation> {
  const { dataDirectory } = options
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const logger = createLogger({ level: options.logLevel })
  // The database takes the longest, so the rest is done beside it; and it holds the lock of the directory.
  const [database, masterKey] = await openTogether(
    openDatabaseOf(options, { clock: systemClock, random: systemRandom, logger }),
    readMasterKey(dataDirectory, environment),
  )
  try {
    const ports = await choosePorts(dataDirectory, options.portBase, options.host, systemRandom)
    const secretBox = createSecretBox(masterKey, systemRandom)
    return {
      ports,
      addresses: addressesOf(options, ports, environment),
      bound: boundAddressesOf(options, ports),
      peers: peerAddressesOf(options, ports, environment),
      credentials: await loadOrCreateCredentials(dataDirectory, systemRandom),
      caFiles: caFilesOf(dataDirectory),
      environmentOf: async (service) => ({
        database,
        secretBox,
        blobs: await openBlobs(dataDirectory, service),
        clock: systemClock,
        random: systemRandom,
        logger,
      }),
      close: () => database.close(),
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Both, or the first failure after the database was closed again. */
async function openTogether<Other>(opening: Promise<Database>, other: Promise<Other>): Promise<[Database, Other]> {
  const [database, result] = await Promise.allSettled([opening, other])
  if (database.status === 'rejected') throw database.reason
  if (result.status === 'fulfilled') return [database.value, result.value]
  await database.value.close()
  throw result.reason
}

async function openDatabaseOf(options: UpOptions, queue: Parameters<typeof openDatabase>[1]): Promise<Database> {
  if (options.databaseUrl !== undefined) return openDatabase({ url: options.databaseUrl }, queue)
  return openDatabase({ directory: join(options.dataDirectory, 'database') }, queue).catch((error) => {
    if (!(error instanceof DatabaseError) || error.code !== 'in_use') throw error
    throw new DatabaseError('in_use', `${error.message} Stop it, or give another --data.`, { cause: error })
  })
}

async function readMasterKey(dataDirectory: string, environment: Environment): Promise<Uint8Array> {
  const given = environment.CLOUDSIGNER_MASTER_KEY
  if (given !== undefined && given !== '') return parseMasterKey(given, 'CLOUDSIGNER_MASTER_KEY')
  return loadOrCreateMasterKey(join(dataDirectory, 'master.key'), systemRandom)
}

async function openBlobs(dataDirectory: string, service: ServiceName): Promise<BlobStore> {
  return openFileBlobStore(join(dataDirectory, 'blobs', service), systemRandom)
}
