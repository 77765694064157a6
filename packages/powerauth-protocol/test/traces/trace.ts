/** Recorded traffic as its README describes it: one folder a run, one file a step. */
import { readdirSync, readFileSync } from 'node:fs'
import { sharedPath } from '@cloudsigner/testing'

export interface RecordedActivation {
  readonly activationId: string
  readonly serverPrivateKey: string
  readonly serverPublicKey: string
  readonly devicePublicKey: string
  readonly ctrData: string
  readonly counter: number
  readonly failedAttempts: number
  readonly activationStatus: number
}

export interface DeviceState {
  readonly activationId: string
  readonly counter: number
  readonly ctrData: string
  readonly transportMasterKey: string
  readonly signaturePossessionKey: string
  readonly signatureBiometryKey: string
  readonly signatureKnowledgeKeySalt: string
  readonly signatureKnowledgeKeyEncrypted: string
  readonly encryptedDevicePrivateKey: string
  readonly serverPublicKey: string
}

export interface Exchange {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly response: { readonly status: number; readonly body: string }
}

export interface Step {
  readonly step: string
  readonly outcome: 'ok' | 'failed'
  readonly client?: {
    readonly method: string
    readonly options: Readonly<Record<string, string>>
    readonly files: Readonly<Record<string, string>>
    readonly statusBefore: DeviceState | null
    readonly statusAfter: DeviceState | null
    readonly log: readonly { readonly id: string; readonly object?: unknown }[]
  }
  readonly server: {
    readonly activation?: RecordedActivation
    readonly temporaryKeys: readonly {
      readonly id: string
      readonly activationId: string | null
      readonly privateKey: string
      readonly publicKey: string
    }[]
  }
  readonly exchanges: readonly Exchange[]
}

export interface RecordedApplication {
  readonly applicationKey: string
  readonly applicationSecret: string
  readonly masterPublicKey: string
  readonly masterPrivateKey: string
  readonly mobileSdkConfig: string
}

export interface Trace {
  readonly protocol: string
  readonly application: RecordedApplication
  readonly steps: readonly Step[]
}

export function readTrace(name: string): Trace {
  const folder = sharedPath('vectors/powerauth/traces', name)
  const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
  const steps = readdirSync(folder).filter((file) => /^\d/.test(file))
  return { ...read('application.json'), steps: steps.sort().map((file): Step => read(file)) }
}

/** The object of a log item of the client, as plain members. */
export function logged(step: Step, id: string): Readonly<Record<string, unknown>> {
  const item = step.client?.log.find((entry) => entry.id === id)
  if (item === undefined) throw new Error(`${step.step} has no log item ${id}`)
  return { ...(item.object as object) }
}
