import type { RouteOptions } from 'fastify'
import type { HttpServer } from './create-http-server.ts'

/** How callers prove who they are (OpenAPI 3.1 §4.8.27). */
export type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: 'basic' | 'bearer'; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string; readonly description: string }
  | { readonly type: 'mutualTLS' }

declare module 'fastify' {
  interface FastifyInstance {
    /** What the OpenAPI document says of its callers' proofs, by name: filled by documentSecurity. */
    readonly securitySchemes: Record<string, SecurityScheme>
  }
}

/** Says in the OpenAPI document that each covered route which the scope declares from now on takes any one of these proofs. */
export function documentSecurity(
  scope: HttpServer,
  schemes: Readonly<Record<string, SecurityScheme>>,
  covers: (route: RouteOptions) => boolean = () => true,
): void {
  Object.assign(scope.securitySchemes, schemes)
  const security = Object.keys(schemes).map((name) => ({ [name]: [] }))
  scope.addHook('onRoute', (route) => {
    if (covers(route)) route.schema = { ...route.schema, security }
  })
}
