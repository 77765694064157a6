/** The one policy of Trusted Types: scripts of this origin, by their place in the build. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown }
}

/** The name is in the Content-Security-Policy that the app is served with. */
const POLICY = 'cloudsigner'
const allowed = /^\/(?:service-worker\.js|assets\/[\w.-]+\.m?js)$/

const platform = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes
const policy = platform?.createPolicy(POLICY, { createScriptURL: checked })

/** Throws for anything but a script of the build. Typed as the text that it stands for: the platform's types know no other. */
export function trustedScriptUrl(url: string): string {
  const { origin } = globalThis.location
  const path = url.startsWith(origin) ? url.slice(origin.length) : url
  return (policy === undefined ? checked(path) : policy.createScriptURL(path)) as string
}

function checked(path: string): string {
  if (!allowed.test(path)) throw new TypeError(`${path} is no script of this app`)
  return path
}
