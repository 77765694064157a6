/** Key and certificates out of PEM files. */
import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Certificate, type KeySigner, namesEqual, parseCertificate, pemBlocks } from '@cloudsigner/pki'
import { type KeySignerOptions, keySigner } from '@cloudsigner/pki/node'
import { FileFailure } from './failure.ts'

export interface CertificateChain {
  /** DER: the signer's. */
  readonly certificate: Uint8Array
  /** DER: what goes along, without roots. */
  readonly chain: readonly Uint8Array[]
  /** DER: the self-signed ones. */
  readonly roots: readonly Uint8Array[]
}

/** FileFailure where the file holds no certificate. */
export async function readChain(file: string): Promise<CertificateChain> {
  const certificates = pemBlocks(await readFile(file, 'utf8'), 'CERTIFICATE').map((der) => parseCertificate(der))
  const [signer, ...others] = certificates
  if (!signer) throw new FileFailure(`${file} holds no PEM certificate`)
  return {
    certificate: signer.der,
    chain: others.filter((one) => !isRoot(one)).map(({ der }) => der),
    roots: certificates.filter(isRoot).map(({ der }) => der),
  }
}

const isRoot = ({ issuer, subject }: Certificate): boolean => namesEqual(issuer, subject)

/** FileFailure for what is no private key, or is encrypted under another password. */
export async function readKey(
  file: string,
  password: string | undefined,
  options: KeySignerOptions,
): Promise<KeySigner> {
  const pem = await readFile(file, 'utf8')
  try {
    return keySigner(createPrivateKey({ key: pem, format: 'pem', ...(password && { passphrase: password }) }), options)
  } catch (cause) {
    // OpenSSL's own sentences tell nobody anything, and none may quote the key.
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('ERR_'))
      throw new FileFailure(`${file} holds no private key in PEM that this password opens`, { cause })
    throw cause
  }
}
