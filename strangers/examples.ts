/** The examples, each signed by the genuine PowerAuth client: what the validators judge. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { enrolledDevice, sign } from './device.ts'
import { once } from './lifetime.ts'
import { run, runWell } from './process.ts'
import { readSignedPdf, type SignedPdf } from './signed-pdf.ts'
import { scratch, stack } from './stack.ts'
import { repositoryRoot } from './tools.ts'

export const exampleNames = ['current-account.pdf', 'consumer-loan.pdf', 'valuation-report.pdf'] as const
export type ExampleName = (typeof exampleNames)[number]

export interface SignedExample {
  readonly name: ExampleName
  readonly original: string
  readonly signed: string
  readonly pdf: SignedPdf
}

/** Levels of EN 319 142-1 that the contract knows, as our validator and pyHanko write them. */
export const levels = ['B-B', 'B-T'] as const
export type Level = (typeof levels)[number]

const contractLevels = { 'B-B': 'PADES_B_B', 'B-T': 'PADES_B_T' } as const

const signedOnce = new Map(
  exampleNames.flatMap((name) => levels.map((level) => [`${name} ${level}`, once(() => signExample(name, level))])),
)

export function signedExample(name: ExampleName, level: Level = 'B-B'): Promise<SignedExample> {
  const made = signedOnce.get(`${name} ${level}`)
  if (!made) throw new Error(`no example ${name}`)
  return made()
}

async function signExample(name: ExampleName, level: Level): Promise<SignedExample> {
  const original = join(repositoryRoot, 'examples', name)
  const bytes = await sign(await enrolledDevice(), original, { signatureLevel: contractLevels[level] })
  const signed = join(await scratch(), `${level}-${name}`)
  await writeFile(signed, bytes)
  const before = await readFile(original)
  if (!before.equals(bytes.subarray(0, before.length))) throw new Error(`${name}: the original bytes were changed`)
  return { name, original, signed, pdf: readSignedPdf(bytes) }
}

export interface Chain {
  /** PEM files. */
  readonly signer: string
  readonly issuing: string
  readonly root: string
}

/** The signer's certificate and its issuer's as a CMS carries them, as files whose names start with `label`. */
export async function certificatesOf(cms: Uint8Array, label: string): Promise<Omit<Chain, 'root'>> {
  const folder = await scratch()
  const { stdout } = await runWell('openssl', ['pkcs7', '-inform', 'DER', '-print_certs'], { input: cms })
  const certificates = stdout.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g) ?? []
  const paths = { signer: '', issuing: '' }
  for (const [index, pem] of certificates.entries()) {
    const path = join(folder, `${label}-${index}.pem`)
    await writeFile(path, pem)
    const { stdout: constraints } = await run('openssl', ['x509', '-in', path, '-noout', '-ext', 'basicConstraints'])
    paths[constraints.includes('CA:TRUE') ? 'issuing' : 'signer'] = path
  }
  if (!paths.signer || !paths.issuing) throw new Error(`the CMS carries ${certificates.length} certificates`)
  return paths
}

/** The chain of the examples' signer, with the root that the stack handed out. */
export const chain = once(async (): Promise<Chain> => {
  const { pdf } = await signedExample('current-account.pdf')
  return { ...(await certificatesOf(pdf.cms, 'certificate')), root: (await stack()).ca.trustRoot }
})

/** The addresses in an extension, as openssl prints them. */
export async function addresses(certificate: string, extension: 'crlDistributionPoints' | 'authorityInfoAccess') {
  const { stdout } = await runWell('openssl', ['x509', '-in', certificate, '-noout', '-ext', extension])
  const found = (label: string) =>
    [...stdout.matchAll(new RegExp(`${label}URI:(\\S+)`, 'g'))].map((match) => match[1] ?? '')
  return { plain: found(''), ocsp: found('OCSP - '), caIssuers: found('CA Issuers - ') }
}

/** The CRL that a certificate points to, as a PEM file, and DER beside it. */
export async function crlOf(certificate: string): Promise<{ readonly pem: string; readonly der: string }> {
  const { plain } = await addresses(certificate, 'crlDistributionPoints')
  const url = plain.find((address) => address.startsWith('http://'))
  if (!url) throw new Error(`${certificate} has no CRL address`)
  const response = await fetch(url)
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
  const der = `${certificate}.crl`
  await writeFile(der, new Uint8Array(await response.arrayBuffer()))
  const pem = `${der}.pem`
  await runWell('openssl', ['crl', '-inform', 'DER', '-in', der, '-out', pem])
  return { pem, der }
}
