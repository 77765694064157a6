import type { RouteOptions } from 'fastify'

/** Remembers which methods each path knows, so that an unknown method is told from an unknown path. */
export function createMethodTable() {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  return {
    add({ url, method }: Pick<RouteOptions, 'url' | 'method'>): void {
      routes.push({ pattern: patternOf(url), methods: [method].flat() })
    },
    /** Methods that some route has at `path`; empty for a path that nothing answers. */
    methodsAt(path: string): readonly string[] {
      const found = routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods)
      return [...new Set(found)].sort()
    },
  }
}

/** A route's pattern of find-my-way: `:name` is a segment, `*` is the rest. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) =>
      part
        .split(/(:[A-Za-z0-9_]+(?:\([^)]*\))?|\*)/)
        .map((piece) =>
          piece === '*' ? '.*' : piece.startsWith(':') ? '[^/]+' : piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
        )
        .join(''),
    )
    .join('/')
  return new RegExp(`^${source}/?$`)
}
