import type { AddressInfo } from 'node:net'
import type { HttpServer } from './create-http-server.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** A server that answers. */
export interface Listener {
  readonly host: string
  readonly port: number
  /** Takes no new requests, lets those under way end, and cuts what is still open after `graceSeconds` (10). */
  close(graceSeconds?: number): Promise<void>
}

export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** Binds the server; throws ListenError with a sentence where the port is taken or not allowed. */
export async function listen(server: HttpServer, options: ListenOptions): Promise<Listener> {
  try {
    await server.listen({ host: options.host, port: options.port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const reason = listenReasons[code]
    if (reason === undefined) throw cause
    throw new ListenError(`Port ${options.port} of ${options.host} ${reason}.`, { cause })
  }
  const address = server.server.address() as AddressInfo
  return { host: options.host, port: address.port, close: (graceSeconds = 10) => drain(server, graceSeconds) }
}

const listenReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be bound by this user',
  EADDRNOTAVAIL: 'is not an address of this machine',
}

async function drain(server: HttpServer, graceSeconds: number): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), graceSeconds * 1000)
  try {
    await server.close()
  } finally {
    clearTimeout(cut)
  }
}
