/** One document's way, step by step, in each of the two modes. */
import { createHash } from 'node:crypto'
import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { MobileToken } from '@cloudsigner/mobile-token-sdk'
import { possessionWithPassword } from '@cloudsigner/powerauth-sdk'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import { type Customer, pin } from './customers.ts'
import type { SignerDoor, Uploaded } from './signer-door.ts'

/** What each step is given by the one before. */
export interface Journey {
  readonly mode: 'external' | 'cloud'
  upload(customer: Customer, file: Uint8Array): Promise<Uploaded>
  /** All that the person and the phone do; the body of the call that completes the document. */
  approve(customer: Customer, uploaded: Uploaded): Promise<object>
  sign(uploaded: Uploaded, approved: object): Promise<void>
  /** The signed file. */
  download(uploaded: Uploaded): Promise<Uint8Array>
}

export const stepNames = ['upload', 'approval', 'signature', 'download'] as const
export type StepName = (typeof stepNames)[number]

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The phone signs `hash` itself: of all that it does, that alone is in the path. */
export function externalJourney(door: SignerDoor): Journey {
  return {
    mode: 'external',
    ...uploadAndDownload(door),
    approve: async (customer, { hash }) => ({ signature: base64(customer.signByDevice(hash)) }),
  }
}

/**
 * The bank makes an operation by PowerAuth's private API; the phone fetches and approves it through the mobile-token API with
 * its PIN, and signs the approval by its device key.
 */
export function cloudJourney(door: SignerDoor, { powerauth }: WholeReadyFile, file: Uint8Array): Journey {
  const powerAuth = createPowerAuthPrivateClient({ baseUrl: powerauth.private, credentials: powerauth.basic })
  const tokens = new Map<Customer, MobileToken>()
  const tokenOf = (customer: Customer): MobileToken => {
    const token = tokens.get(customer) ?? new MobileToken({ powerAuth: customer.powerAuth })
    tokens.set(customer, token)
    return token
  }
  const documentHash = createHash('sha256').update(file).digest('hex')
  return {
    mode: 'cloud',
    ...uploadAndDownload(door),
    async approve(customer, { answer }) {
      const { approvalId, toBeSigned } = approvalIn(answer)
      const operation = await powerAuth.createOperation({
        userId: customer.userId,
        activationId: customer.signerId,
        templateName: cloudSignatureTemplate.templateName,
        applications: [customer.applicationId],
        parameters: {
          approvalHash: createHash('sha256').update(toBeSigned).digest('hex'),
          documentHash,
          documentName: 'Contract',
        },
      })
      const token = tokenOf(customer)
      await token.authorize(await token.detail(operation.id), possessionWithPassword(pin))
      const signature = base64(customer.signByDevice(toBeSigned))
      return { approval: { approvalId, operationId: operation.id, signature } }
    },
  }
}

function uploadAndDownload(door: SignerDoor): Pick<Journey, 'upload' | 'sign' | 'download'> {
  let number = 0
  return {
    upload(customer, file) {
      number += 1
      return door.upload(customer.signerId, `contract-${number}`, file)
    },
    sign: ({ documentId }, approved) => door.sign(documentId, approved),
    download: ({ documentId }) => door.download(documentId),
  }
}

function approvalIn({ approval }: Uploaded['answer']): {
  readonly approvalId: string
  readonly toBeSigned: Uint8Array
} {
  if (typeof approval === 'object' && approval !== null && 'approvalId' in approval && 'toBeSigned' in approval)
    return { approvalId: String(approval.approvalId), toBeSigned: Buffer.from(String(approval.toBeSigned), 'base64') }
  throw new Error('the upload was answered without an approval')
}
