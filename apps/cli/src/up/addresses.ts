import { callableHost, type UpOptions } from './arguments.ts'
import type { Ports } from './ports.ts'

/** Where the services of this installation are called; context paths included. */
export interface Addresses {
  readonly powerAuthPrivate: string
  readonly powerAuthPublic: string
  readonly caRest: string
  /** What certificates write before their CRL, OCSP and issuer paths. */
  readonly caPublic: string
  /** The time-stamping authority; the CA's own unless another is named. */
  readonly tsa: string
  readonly signer: string
  readonly orchestrator: string
  /** The phone's app; its origin answers for the phone's two APIs too. */
  readonly app: string
}

/** Set by whoever runs services apart from each other. */
const variables: Readonly<Record<keyof Addresses, string>> = {
  powerAuthPrivate: 'CLOUDSIGNER_POWERAUTH_PRIVATE_URL',
  powerAuthPublic: 'CLOUDSIGNER_POWERAUTH_PUBLIC_URL',
  caRest: 'CLOUDSIGNER_CA_REST_URL',
  caPublic: 'CLOUDSIGNER_CA_PUBLIC_URL',
  tsa: 'CLOUDSIGNER_TSA_URL',
  signer: 'CLOUDSIGNER_SIGNER_URL',
  orchestrator: 'CLOUDSIGNER_ORCHESTRATOR_URL',
  app: 'CLOUDSIGNER_APP_URL',
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The addresses that the ports give, and in their place those that the environment names. */
export function addressesOf(
  { publicHost }: Pick<UpOptions, 'publicHost'>,
  ports: Ports,
  environment: Environment,
): Addresses {
  const host = publicHost.includes(':') ? `[${publicHost}]` : publicHost
  const own: Omit<Addresses, 'tsa'> = {
    powerAuthPrivate: `http://${host}:${ports.powerAuthPrivate}/powerauth-java-server`,
    powerAuthPublic: `http://${host}:${ports.powerAuthPublic}/enrollment-server`,
    caRest: `https://${host}:${ports.caRest}/ejbca/ejbca-rest-api`,
    caPublic: `http://${host}:${ports.caPublic}`,
    signer: `http://${host}:${ports.signer}`,
    orchestrator: `http://${host}:${ports.orchestrator}`,
    app: `http://${host}:${ports.app}`,
  }
  const named = Object.entries(variables).flatMap(([name, variable]) => {
    const value = environment[variable]
    return value === undefined || value === '' ? [] : [[name, value.replace(/\/$/, '')]]
  })
  const given: Omit<Addresses, 'tsa'> & Partial<Addresses> = { ...own, ...Object.fromEntries(named) }
  return { ...given, tsa: given.tsa ?? `${given.caPublic}/tsa` }
}

/**
 * Where this process itself is listening. The names that URLs carry are for others, and need not resolve or lead back
 * here: behind a proxy or in a container they do not.
 */
export function boundAddressesOf({ host }: Pick<UpOptions, 'host'>, ports: Ports): Addresses {
  return addressesOf({ publicHost: callableHost(host) }, ports, {})
}

/** Where a service of ours calls the others: as the environment says, or on the address that is bound. */
export function peerAddressesOf({ host }: Pick<UpOptions, 'host'>, ports: Ports, environment: Environment): Addresses {
  return addressesOf({ publicHost: callableHost(host) }, ports, environment)
}
