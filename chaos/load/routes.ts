import type { Outcome, Via } from '../journal.ts'
import { type BankCustomer, phonePatiently } from './customer.ts'
import type { NewDocument } from './document.ts'
import { patiently, type World } from './world.ts'

/** A document that was taken and waits for its signature. */
export interface Waiting {
  readonly via: Via
  readonly documentId: string
  readonly hash: string
}

/** The calls of a document's life, by one of the two APIs. Each says how it ended. */
export interface Route {
  readonly via: Via
  /** Not asked twice: an upload whose answer got lost may have made a document that nobody knows. */
  upload(customer: BankCustomer, document: NewDocument): Promise<Waiting | null>
  sign(customer: BankCustomer, documentId: string, signature: string): Promise<Outcome<unknown>>
  reject(customer: BankCustomer, documentId: string): Promise<Outcome<unknown>>
  /** The signed file, whole. */
  download(customer: BankCustomer, documentId: string): Promise<Outcome<Uint8Array>>
}

export const fileName = 'contract.pdf'
const bytesOf = async (body: ReadableStream) => new Uint8Array(await new Response(body).arrayBuffer())
const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')

/** As a bank that calls CloudSigner Server by itself. */
export function signerRoute({ journal, signer }: World): Route {
  const via = 'signer'
  return {
    via,
    async upload({ userId, activationId }, { name, original, bytes }) {
      const act = { act: 'upload', via, userId, activationId, name, original } as const
      const outcome = await journal.record(
        act,
        () => signer.uploadDocument({ signerId: activationId, externalId: name, name, fileName, file: bytes }),
        ({ documentId, hash }) => ({ documentId, hash: hash ?? '' }),
      )
      if (outcome.kind !== 'acknowledged' || outcome.value.hash === null) return null
      return { via, documentId: outcome.value.documentId, hash: outcome.value.hash }
    },
    sign: (_customer, documentId, signature) =>
      patiently(() =>
        journal.record({ act: 'sign', via, documentId }, () => signer.signDocument(documentId, { signature })),
      ),
    reject: (_customer, documentId) =>
      patiently(() => journal.record({ act: 'reject', via, documentId }, () => signer.rejectDocument(documentId))),
    download: (_customer, documentId) =>
      patiently(() => downloaded(journal, via, documentId, () => signer.downloadDocument(documentId))),
  }
}

/** Through the reference bank, with the phone's app showing, signing and rejecting. */
export function bankRoute({ journal, bank, orchestratorUrl }: World): Route {
  const via = 'bank'
  return {
    via,
    async upload({ userId, activationId, phone }, { name, original, bytes }) {
      const act = { act: 'upload', via, userId, activationId, name, original } as const
      const taken = await journal.record(
        act,
        () => bank.createDocument(userId, { name, fileName, file: bytes, activationId }),
        ({ documentId, status }) => ({ documentId, status }),
      )
      if (taken.kind !== 'acknowledged') return null
      const { documentId } = taken.value
      const read = await phonePatiently(phone, () =>
        journal.record(
          { act: 'read', via, documentId, activationId },
          () => phone.bank(orchestratorUrl).getDocument(documentId),
          ({ status, hash }) => ({ status, ...(hash === null ? {} : { hash }) }),
        ),
      )
      if (read.kind !== 'acknowledged' || read.value.hash === null) return null
      return { via, documentId, hash: read.value.hash }
    },
    sign: ({ phone }, documentId, signature) =>
      phonePatiently(phone, () =>
        journal.record({ act: 'sign', via, documentId }, () =>
          phone.bank(orchestratorUrl).signDocument(documentId, signature),
        ),
      ),
    reject: ({ phone }, documentId) =>
      phonePatiently(phone, () =>
        journal.record({ act: 'reject', via, documentId }, () =>
          phone.bank(orchestratorUrl).rejectDocument(documentId),
        ),
      ),
    download: ({ userId }, documentId) =>
      patiently(() => downloaded(journal, via, documentId, () => bank.downloadDocument(userId, documentId))),
  }
}

/** The whole body has to come: an answer that breaks off is lost. */
export async function downloaded(
  journal: World['journal'],
  via: Via,
  documentId: string,
  call: () => Promise<{ readonly body: ReadableStream }>,
): Promise<Outcome<Uint8Array>> {
  const outcome = await journal.record(
    { act: 'download', via, documentId },
    async () => {
      const bytes = await bytesOf((await call()).body)
      return { bytes, digest: await sha256(bytes) }
    },
    ({ digest }) => ({ digest }),
  )
  return outcome.kind === 'acknowledged' ? { ...outcome, value: outcome.value.bytes } : outcome
}
