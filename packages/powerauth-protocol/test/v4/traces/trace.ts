/** Recorded 4.0 traffic as its README describes it: one folder a run, one file a step. */
import { readdirSync, readFileSync } from 'node:fs'
import { sharedPath } from '@cloudsigner/testing'
import type { Algorithm } from '../../../src/v4/suites.ts'
import type { Exchange } from '../../traces/trace.ts'

export interface RecordedKeys {
  readonly ecdsa: string
  readonly mldsa?: string
}

export interface RecordedActivation {
  readonly activationId: string
  readonly state: number
  readonly version: number
  readonly algorithm?: Algorithm
  readonly counter: number
  readonly failedAttempts: number
  readonly confirmationPending: boolean
  readonly upgradePending: boolean
  readonly biometryEnabled: boolean
  readonly ctrData?: string
  readonly ctrDataV3?: string
  readonly activationSecret?: string
  readonly knowledgeKey?: string
  readonly knowledgeKeyNext?: string
  readonly biometryKey?: string
  readonly biometryKeyNext?: string
  readonly serverPrivateKeys?: RecordedKeys
  readonly devicePublicKeys?: RecordedKeys
  readonly fingerprint?: string
}

export interface DeviceState {
  readonly activationId: string
  readonly version: number
  readonly counter: number
  readonly ctrData: string
  readonly activationSecret: string
  readonly possessionKey: string
  readonly biometryKey?: string
  readonly knowledgeKeySalt: string
  readonly knowledgeKeyIv: string
  readonly knowledgeKeyEncrypted: string
  readonly serverPublicKeys: RecordedKeys
  /** The state of 4.0 while an upgrade waits for its confirmation. */
  readonly upgrade?: DeviceState
}

export interface Step {
  readonly step: string
  readonly outcome?: 'ok' | 'failed'
  readonly call?: {
    readonly path: string
    readonly request: Readonly<Record<string, unknown>>
    readonly response: Readonly<Record<string, unknown>>
  }
  readonly client?: {
    readonly method: string
    readonly options: Readonly<Record<string, string>>
    readonly statusBefore: Partial<DeviceState> | null
    readonly statusAfter: Partial<DeviceState> | null
    readonly log: readonly { readonly id: string; readonly object?: unknown }[]
  }
  readonly server: {
    readonly activation?: RecordedActivation
    readonly temporaryKeys: readonly { readonly id: string; readonly activationId?: string; readonly secret: string }[]
    readonly tokens?: readonly { readonly tokenId: string; readonly tokenSecret: string }[]
  }
  readonly exchanges?: readonly Exchange[]
}

type ByAlgorithm = Readonly<Record<'ES256' | 'ES384' | 'ML-DSA-65' | 'ML-DSA-87', string>>

export interface Trace {
  readonly algorithm: Algorithm
  readonly application: {
    readonly applicationKey: string
    readonly applicationSecret: string
    readonly masterPublicKeys: ByAlgorithm
    readonly masterPrivateKeys: ByAlgorithm
  }
  readonly steps: readonly Step[]
}

export function readTrace(name: string): Trace {
  const folder = sharedPath('vectors/powerauth/traces', name)
  const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
  const steps = readdirSync(folder).filter((file) => /^\d/.test(file))
  return { ...read('application.json'), steps: steps.sort().map((file): Step => read(file)) }
}

/** The objects of the client's log items of one id, in order. */
export function logged(step: Step, id: string): Readonly<Record<string, unknown>>[] {
  const items = step.client?.log.filter((entry) => entry.id === id) ?? []
  return items.map(({ object }) => ({ ...(object as object) }))
}
