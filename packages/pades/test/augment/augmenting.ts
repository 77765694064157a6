/** What the tests of augmenting share: published revocation data, and a file raised and validated. */
import { type AugmentOptions, augmentSignatures, type SignatureReport } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import type { RevocationFetcher } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { timeAuthority } from '../time-authority.ts'
import { type CrlDescription, crlOf, crlUrl, issuing, root } from '../validate/authority.ts'
import { concat, now, validate } from '../validate/scenario.ts'

export interface Published {
  readonly root?: CrlDescription
  readonly issuing?: CrlDescription
}

/** The CRLs of both authorities at their addresses; nobody answers by OCSP. */
export async function published(described: Published = {}): Promise<RevocationFetcher & { readonly asked: string[] }> {
  const crls = new Map([
    [crlUrl('root'), await crlOf(root, described.root)],
    [crlUrl('issuing'), await crlOf(issuing, described.issuing)],
  ])
  const asked: string[] = []
  return {
    asked,
    async fetchCrl(url) {
      asked.push(url)
      const crl = crls.get(url)
      if (!crl) throw new Error(`nothing at ${url}`)
      return crl
    },
    fetchOcsp: () => Promise.reject(new Error('no responder')),
  }
}

export const augmentOptions: AugmentOptions = {
  level: 'B-LTA',
  at: now,
  crypto: nodeCrypto,
  timeStamp: timeAuthority(now),
  trustAnchors: [root.der],
  fetchRevocation: await published(),
}

export async function augment(file: Uint8Array, options: Partial<AugmentOptions> = {}): Promise<Uint8Array> {
  return concat(file, ...(await augmentSignatures(bytesSource(file), { ...augmentOptions, ...options })))
}

/** Offline: only by what is in the file. */
export function validateOffline(file: Uint8Array, at = now): Promise<readonly SignatureReport[]> {
  return validate(file, { revocation: 'require', at })
}

export const summary = (reports: readonly SignatureReport[]): readonly string[] =>
  reports.map(({ type, level, indication, modifications }) => `${type} ${level} ${indication} ${modifications}`)
