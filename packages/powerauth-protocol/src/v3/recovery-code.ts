/** Recovery codes of 3.x: a code and its one-time PUKs, all of one seed (removed in 4.0). */
import type { CryptoProvider } from '../crypto-provider.ts'
import { requireLength } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import { formatActivationCode, parseActivationCode } from './activation-code.ts'
import { kdf, kdfX963 } from './kdf.ts'

const CODE_BYTES = 10
const QR_PREFIX = 'R:'
/** 0xff_ffff_ffff: what the protocol keeps of a derived key. */
const PUK_BYTES = 5
const PUK_MODULUS = 10_000_000_000n

/** What the server keeps, or makes again, for one code: the key (16 bytes) and the nonce (32 bytes) of its seed. */
export interface RecoverySeed {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

export interface RecoveryCode {
  /** In the form of an activation code. */
  readonly recoveryCode: string
  /** The PUKs by index, 10 digits each. */
  readonly puks: readonly string[]
}

/** X9.63 KDF of key and nonce: 10 bytes of code, 16 bytes that the PUKs of indexes 1 … count grow from. */
export async function deriveRecoveryCode(
  crypto: CryptoProvider,
  seed: RecoverySeed,
  pukCount: number,
): Promise<RecoveryCode> {
  requireLength(seed.key, 16, 'key')
  requireLength(seed.nonce, 32, 'nonce')
  if (!(pukCount >= 1 && pukCount <= 100)) throw new ProtocolError('invalid_argument', 'A code has 1 to 100 PUKs')
  const bytes = await kdfX963(crypto, seed.key, seed.nonce, CODE_BYTES + 16)
  const base = bytes.subarray(CODE_BYTES)
  const puks: string[] = []
  for (let index = 1; index <= pukCount; index++) puks.push(await puk(crypto, base, index))
  return { recoveryCode: formatActivationCode(bytes.subarray(0, CODE_BYTES)), puks }
}

/** `R:CODE`, as a QR code shows it; the prefix may be missing. Throws `invalid_activation_code`. */
export function parseRecoveryQrCode(payload: string): string {
  return parseActivationCode(payload.startsWith(QR_PREFIX) ? payload.slice(QR_PREFIX.length) : payload)
}

export function formatRecoveryQrCode(recoveryCode: string): string {
  return QR_PREFIX + parseActivationCode(recoveryCode)
}

/** The low 40 bits of KDF(base, index), modulo 10^10. */
async function puk(crypto: CryptoProvider, base: Uint8Array, index: number): Promise<string> {
  let value = 0n
  for (const byte of (await kdf(crypto, base, index)).subarray(-PUK_BYTES)) value = (value << 8n) | BigInt(byte)
  return (value % PUK_MODULUS).toString().padStart(10, '0')
}
