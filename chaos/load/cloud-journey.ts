import type { ReleaseRequest, SigningApproval } from '@cloudsigner/contracts/cloud-mode'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { sha256 } from '../audit/evidence.ts'
import { bytesOf, type CloudCustomer, phonePatiently, signatureFor } from './customer.ts'
import { decide } from './decide.ts'
import type { NewDocument } from './document.ts'
import { outcomeOf } from './outcome.ts'
import type { JourneyEnd, Plan } from './plan.ts'
import { downloaded, fileName } from './routes.ts'
import { patiently, type World } from './world.ts'

const via = 'signer'

interface Waiting {
  readonly documentId: string
  readonly approval: SigningApproval
}

/** One document's life in Cloud mode, by the signer's own API and PowerAuth's private one, as a bank calls them. */
export async function cloudJourney(
  world: World,
  customer: CloudCustomer,
  document: NewDocument,
  { fate, ...plan }: Plan,
): Promise<JourneyEnd> {
  const { journal, signer } = world
  const waiting = await upload(world, customer, document)
  if (waiting === null) return 'lost'
  const { documentId } = waiting
  const spent = world.spent.get(customer.activationId)
  if (fate === 'left') {
    if (spent !== undefined) await misuse(world, customer, waiting, spent)
    return 'left'
  }
  const reject = () =>
    patiently(() => journal.record({ act: 'reject', via, documentId }, () => signer.rejectDocument(documentId)))
  if (fate === 'rejected') {
    await reject()
    return 'rejected'
  }
  const approval = await releaseFor(world, customer, waiting, document)
  if (approval === null) return 'lost'
  const { approvalId, operationId } = approval
  const act = { act: 'sign', via, documentId, release: { approvalId, operationId } } as const
  const end = await decide(
    {
      sign: () => patiently(() => journal.record(act, () => signer.signDocument(documentId, { approval }))),
      reject,
      download: () => patiently(() => downloaded(journal, via, documentId, () => signer.downloadDocument(documentId))),
    },
    plan,
  )
  if (end === 'signed') world.spent.set(customer.activationId, approval)
  return end
}

async function upload(
  { journal, signer }: World,
  { userId, activationId }: CloudCustomer,
  { name, original, bytes }: NewDocument,
): Promise<Waiting | null> {
  const outcome = await journal.record(
    { act: 'upload', via, userId, activationId, name, original },
    () => signer.uploadDocument({ signerId: activationId, externalId: name, name, fileName, file: bytes }),
    ({ documentId, hash }) => ({ documentId, hash: hash ?? '' }),
  )
  if (outcome.kind !== 'acknowledged') return null
  const { documentId, approval } = outcome.value
  if (approval === undefined) throw new Error(`the document ${documentId} of a Cloud signer has no approval`)
  return { documentId, approval }
}

/** The operation that the bank makes and the phone approves, and the phone's signature over the approval. */
async function releaseFor(
  world: World,
  customer: CloudCustomer,
  waiting: Waiting,
  { original }: NewDocument,
): Promise<ReleaseRequest | null> {
  const { journal, powerAuth } = world
  const { documentId, approval } = waiting
  const { userId, activationId, phone } = customer
  const application = await patiently(() => outcomeOf(() => world.bank.getMobileApplication()))
  if (application.kind !== 'acknowledged') return null
  const toBeSigned = bytesOf(approval.toBeSigned)
  // Whose answer gets lost may have made one that nobody ever approves.
  const made = await patiently(() =>
    journal.record(
      { act: 'create-operation', documentId },
      () =>
        powerAuth.createOperation({
          ...{ userId, activationId, templateName: cloudSignatureTemplate.templateName },
          applications: [application.value.applicationId],
          parameters: { approvalHash: sha256(toBeSigned), documentHash: original, documentName: 'Contract' },
        }),
      ({ id }) => ({ operationId: id }),
    ),
  )
  if (made.kind !== 'acknowledged') return null
  const operationId = made.value.id
  // Refused as finished where an answer got lost: the signer sees whether it is approved.
  await phonePatiently(phone, () =>
    journal.record({ act: 'approve', documentId, operationId, activationId }, () => phone.approve(operationId)),
  )
  const signature = await signatureFor(world, customer, { via, documentId }, () => phone.signApproval(toBeSigned))
  return signature === null ? null : { approvalId: approval.approvalId, operationId, signature }
}

/** Tries to have a document signed by what was spent on another: by its operation, and by all of it. */
async function misuse(world: World, customer: CloudCustomer, waiting: Waiting, spent: ReleaseRequest): Promise<void> {
  const { journal, signer } = world
  const { documentId, approval } = waiting
  const sign = () => customer.phone.signApproval(bytesOf(approval.toBeSigned))
  const signature = await signatureFor(world, customer, { via, documentId }, sign)
  if (signature === null) return
  for (const tried of [spent, { ...spent, approvalId: approval.approvalId, signature }])
    await journal.record({ act: 'misuse', documentId }, () => signer.signDocument(documentId, { approval: tried }))
}
