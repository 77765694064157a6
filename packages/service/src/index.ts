export { type AccessConfig, assertAccess, authentication, type BearerConfig, schemesOf } from './auth/access.ts'
export {
  type BasicAuthenticationOptions,
  type BasicCredentials,
  basicAuthentication,
  fixedCredentials,
  parseBasicAuthorization,
} from './auth/basic-authentication.ts'
export { type BearerAuthenticationOptions, bearerAuthentication } from './auth/bearer-authentication.ts'
export { type ClientCredentials, clientCredentialsAuthorization, TokenRequestError } from './auth/client-credentials.ts'
export { BlobError, type BlobStore } from './blobs/blob-store.ts'
export { openFileBlobStore } from './blobs/file-blob-store.ts'
export {
  type CallbackStatus,
  type CallbackTables,
  callbackStatuses,
  makeCallbackTables,
} from './callbacks/callback-table.ts'
export {
  assertDestination,
  type CallbackDestination,
  type CallbackSettings,
  type ClientCertificate,
  callbackDefaults,
  destinationDefaults,
  isCallbackUrl,
} from './callbacks/destination.ts'
export { type CallbackDestinations, type CallbackEvent, createOutbox, type Outbox } from './callbacks/outbox.ts'
export { type Clock, systemClock } from './clock.ts'
export { type AnyTransaction, type Database, DatabaseError, type Migration } from './database/database.ts'
export { type DatabaseLocation, openDatabase } from './database/open-database.ts'
export type { ServiceEnvironment } from './environment.ts'
export {
  type Facts,
  HttpFault,
  type HttpFaultCode,
  type HttpFaultDetails,
  httpFaults,
  type SchemaFault,
  ServiceError,
} from './errors.ts'
export { findFile, readOrCreateFile } from './files/create-once.ts'
export { writeFileAtomically } from './files/write-atomically.ts'
export { bytesResponse } from './http/bytes-response.ts'
export {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type TlsOptions,
} from './http/create-http-server.ts'
export { ListenError, type Listener, type ListenOptions, listen } from './http/listen.ts'
export { documentSecurity, type SecurityScheme } from './http/security-schemes.ts'
export type {
  Job,
  JobHandler,
  JobQueue,
  JobQueueOptions,
  JsonValue,
  SendOptions,
  WorkOptions,
} from './jobs/job-queue.ts'
export { createLogger, type Logger, type LoggerOptions } from './logger.ts'
export { newUuid, type Random, systemRandom } from './random.ts'
export { loadOrCreateMasterKey, parseMasterKey } from './secrets/master-key.ts'
export { createSecretBox, masterKeyLength, type SecretBox, SecretBoxError } from './secrets/secret-box.ts'
