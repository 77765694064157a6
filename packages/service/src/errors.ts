/** Facts attached to a domain error: plain values, never a secret; they go to the log. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>

/**
 * An error of a service's domain. `code` is a row of the service's own table of errors, which gives the HTTP status and
 * the body; `message` is a sentence that may go to the caller; `facts` go to the log beside it.
 */
export class ServiceError<Code extends string = string> extends Error {
  readonly code: Code
  readonly facts: Facts

  constructor(code: Code, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ServiceError'
    this.code = code
    this.facts = facts
  }
}

/** What goes wrong with a request before, or beside, the service's own rules. */
export const httpFaults = {
  malformed_request: 400, // not HTTP, or a URL that cannot be decoded
  malformed_body: 400, // not JSON, cut short, empty, or not what its content type says
  invalid_request: 400, // refused by the route's schema
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404, // no such route
  method_not_allowed: 405,
  request_timeout: 408,
  body_too_large: 413,
  unsupported_media_type: 415,
  headers_too_large: 431,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503, // for now: draining, or the database is gone
} as const satisfies Record<string, number>

export type HttpFaultCode = keyof typeof httpFaults

/** One fault found by a route's schema. */
export interface SchemaFault {
  readonly part: 'body' | 'querystring' | 'params' | 'headers'
  /** JSON pointer of the offending value; '' is the whole part. */
  readonly pointer: string
  readonly keyword: string
  readonly message: string
}

export interface HttpFaultDetails extends ErrorOptions {
  /** Headers that go with the answer: `WWW-Authenticate`, `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly schemaFaults?: readonly SchemaFault[]
}

/**
 * A fault of the HTTP layer. `message` is a sentence for the caller; for `internal` it says nothing, and the reason is
 * in `cause`, for the log alone.
 */
export class HttpFault extends Error {
  readonly code: HttpFaultCode
  readonly headers: Readonly<Record<string, string>>
  readonly schemaFaults: readonly SchemaFault[]

  constructor(code: HttpFaultCode, message: string, details: HttpFaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HttpFault'
    this.code = code
    this.headers = details.headers ?? {}
    this.schemaFaults = details.schemaFaults ?? []
  }

  /** The usual HTTP status of the fault; a service's `formatError` may choose another. */
  get status(): number {
    return httpFaults[this.code]
  }
}
