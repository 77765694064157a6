/** What the parts of the SDK share: the application, the mathematics, the server. */
import { type CryptoProvider, type MobileSdkConfig, ProtocolError } from '@cloudsigner/powerauth-protocol'
import type { HttpClient } from './http-client.ts'
import { PowerAuthError } from './power-auth-error.ts'
import type { ServerTime } from './server-time.ts'

/** The version that the SDK speaks. */
export const PROTOCOL_VERSION = '3.3'

export interface ProtocolContext {
  readonly crypto: CryptoProvider
  readonly application: MobileSdkConfig
  readonly http: HttpClient
  readonly time: ServerTime
}

/** Runs what reads an answer of the server: what the protocol refuses there is the answer's fault. */
export async function readingAnswer<T>(read: () => Promise<T> | T): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof ProtocolError || cause instanceof SyntaxError) {
      throw new PowerAuthError('invalid_response', undefined, { cause })
    }
    throw cause
  }
}
