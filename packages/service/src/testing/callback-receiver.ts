import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'

export interface ReceivedCallback {
  readonly path: string
  readonly key: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** Common name of the client's certificate, where one was presented and trusted. */
  readonly clientName: string | undefined
}

/** An HTTP server of an integrator, on loopback: it keeps what it is sent. */
export interface CallbackReceiver {
  readonly url: string
  readonly received: readonly ReceivedCallback[]
  /** What the next calls are answered with: a status, or a promise of one for an answer that takes its time. */
  answer: (callback: ReceivedCallback) => number | Promise<number>
  /** Headers of every answer. */
  headers: Readonly<Record<string, string>>
  /** Body of every answer. */
  content: string
  /** Resolves once so many calls have arrived. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

/** Over TLS, with a client certificate asked for, where `tls` is given. */
export async function startCallbackReceiver(tls?: ServerOptions): Promise<CallbackReceiver> {
  const received: ReceivedCallback[] = []
  let arrived = () => {}
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    const text = Buffer.concat(await Array.fromAsync(request)).toString('utf8')
    const socket = request.socket as Partial<TLSSocket>
    const subject = socket.authorized ? socket.getPeerCertificate?.().subject : undefined
    const callback: ReceivedCallback = {
      path: request.url ?? '',
      key: request.headers['idempotency-key']?.toString(),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      clientName: subject?.CN?.toString(),
    }
    received.push(callback)
    arrived()
    const status = await receiver.answer(callback)
    response.writeHead(status, receiver.headers).end(receiver.content)
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: CallbackReceiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`,
    received,
    answer: () => 200,
    headers: {},
    content: '',
    async until(count) {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}
