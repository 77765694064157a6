/** One document's way, step by step, in each of the two modes. */
import type { Customer } from './customers.ts'
import type { SignerDoor, Uploaded } from './signer-door.ts'

/** What each step is given by the one before. */
export interface Journey {
  readonly mode: 'external' | 'cloud'
  upload(customer: Customer, file: Uint8Array): Promise<Uploaded>
  /** The device's signature, and the call that brings it. */
  sign(customer: Customer, uploaded: Uploaded): Promise<void>
  /** The signed file. */
  download(uploaded: Uploaded): Promise<Uint8Array>
}

export const stepNames = ['upload', 'signature', 'download'] as const
export type StepName = (typeof stepNames)[number]

/** The phone signs `hash` itself. */
export function externalJourney(door: SignerDoor): Journey {
  let number = 0
  return {
    mode: 'external',
    upload(customer, file) {
      number += 1
      return door.upload(customer.signerId, `contract-${number}`, file)
    },
    sign(customer, { documentId, hash }) {
      return door.sign(documentId, { signature: Buffer.from(customer.signByDevice(hash)).toString('base64') })
    },
    download: ({ documentId }) => door.download(documentId),
  }
}
