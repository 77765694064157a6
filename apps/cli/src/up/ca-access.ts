import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CaConnection, wellKnownNames } from '@cloudsigner/ca'
import { writeFileAtomically } from '@cloudsigner/service'
import type { Environment } from './addresses.ts'
import { UsageError } from './arguments.ts'

/** Files that the CA's clients read, in the data directory; PEM. */
export interface CaFiles {
  readonly clientCert: string
  readonly clientKey: string
  readonly tlsCa: string
  readonly trustRoot: string
}

export function caFilesOf(dataDirectory: string): CaFiles {
  const at = (name: string) => join(dataDirectory, 'ca', name)
  return {
    clientCert: at('client.pem'),
    clientKey: at('client-key.pem'),
    tlsCa: at('tls-ca.pem'),
    trustRoot: at('root.pem'),
  }
}

/** Writes what the CA's clients need. The keys of the CA itself stay in the database, sealed. */
export async function writeCaFiles(files: CaFiles, dataDirectory: string, connection: CaConnection): Promise<void> {
  await mkdir(join(dataDirectory, 'ca'), { recursive: true, mode: 0o700 })
  await writeFileAtomically(files.clientKey, connection.clientKey, 0o600)
  await writeFileAtomically(files.clientCert, connection.clientCertificate, 0o600)
  await writeFileAtomically(files.tlsCa, connection.tlsCa, 0o644)
  await writeFileAtomically(files.trustRoot, connection.trustRoot, 0o644)
}

/** What the signer is told about the CA. */
export interface CaAccess {
  readonly clientCertificate: string
  readonly clientKey: string
  readonly tlsCa: string
  readonly caName: string
  readonly certificateProfile: string
  readonly endEntityProfile: string
}

/** From the data directory that a CA has started on, or from the files and names of another CA. */
export async function readCaAccess(files: CaFiles, environment: Environment): Promise<CaAccess> {
  return {
    clientCertificate: await readPem(environment.CLOUDSIGNER_CA_CLIENT_CERT ?? files.clientCert),
    clientKey: await readPem(environment.CLOUDSIGNER_CA_CLIENT_KEY ?? files.clientKey),
    tlsCa: await readPem(environment.CLOUDSIGNER_CA_TLS_CA ?? files.tlsCa),
    caName: environment.CLOUDSIGNER_CA_NAME ?? wellKnownNames.caName,
    certificateProfile: environment.CLOUDSIGNER_CA_CERTIFICATE_PROFILE ?? wellKnownNames.certificateProfile,
    endEntityProfile: environment.CLOUDSIGNER_CA_END_ENTITY_PROFILE ?? wellKnownNames.endEntityProfile,
  }
}

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    if (error.code !== 'ENOENT') throw error
    throw new UsageError(
      `${path} is not there: start the CA on this data directory first, or name the files by CLOUDSIGNER_CA_CLIENT_CERT, CLOUDSIGNER_CA_CLIENT_KEY and CLOUDSIGNER_CA_TLS_CA.`,
    )
  })
}
