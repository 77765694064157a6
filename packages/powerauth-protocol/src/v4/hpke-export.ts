/**
 * DHKEM(P-384, HKDF-SHA384) as an HPKE context in base mode that only exports (RFC 9180): how the elliptic half of a
 * shared secret is made.
 */
import { concat, utf8, wipe } from '../encoding/bytes.ts'
import type { CryptoProviderV4, P384KeyPair } from './crypto-provider.ts'
import { decodePublicKey } from './p384.ts'

const HASH_LENGTH = 48
const NONE: Uint8Array = new Uint8Array()
// RFC 9180 §7.1 to §7.3: KEM 0x0011, KDF 0x0002 (HKDF-SHA384), AEAD 0xFFFF (export only)
const kemSuite = concat(utf8('KEM'), Uint8Array.of(0x00, 0x11))
const hpkeSuite = concat(utf8('HPKE'), Uint8Array.of(0x00, 0x11, 0x00, 0x02, 0xff, 0xff))
/** The `info` of the key schedule and the `exporter_context` alike. */
const context = utf8('DHKEM-P384')

/** Sender: the encapsulated key (an ephemeral point) and the exported secret, 48 bytes. */
export async function encapsulateP384(
  crypto: CryptoProviderV4,
  recipientPublicKey: Uint8Array,
): Promise<{ readonly encapsulatedKey: Uint8Array; readonly secret: Uint8Array }> {
  const recipient = decodePublicKey(recipientPublicKey)
  const ephemeral = await crypto.generateP384KeyPair()
  const secret = await exported(crypto, await crypto.ecdhP384(ephemeral, recipient), ephemeral.publicKey, recipient)
  wipe(ephemeral.privateKey)
  return { encapsulatedKey: ephemeral.publicKey, secret }
}

/** Recipient: the same 48 bytes. Throws `invalid_public_key`. */
export async function decapsulateP384(
  crypto: CryptoProviderV4,
  own: P384KeyPair,
  encapsulatedKey: Uint8Array,
): Promise<Uint8Array> {
  const ephemeral = decodePublicKey(encapsulatedKey)
  return exported(crypto, await crypto.ecdhP384(own, ephemeral), ephemeral, own.publicKey)
}

async function exported(
  crypto: CryptoProviderV4,
  dh: Uint8Array,
  encapsulatedKey: Uint8Array,
  recipient: Uint8Array,
): Promise<Uint8Array> {
  // §4.1, ExtractAndExpand
  const eaePrk = await labeledExtract(crypto, kemSuite, NONE, 'eae_prk', dh)
  const kemContext = concat(encapsulatedKey, recipient)
  const sharedSecret = await labeledExpand(crypto, kemSuite, eaePrk, 'shared_secret', kemContext)
  // §5.1, KeySchedule in mode_base, whose psk and psk_id are empty
  const pskIdHash = await labeledExtract(crypto, hpkeSuite, NONE, 'psk_id_hash', NONE)
  const infoHash = await labeledExtract(crypto, hpkeSuite, NONE, 'info_hash', context)
  const keyScheduleContext = concat(Uint8Array.of(0), pskIdHash, infoHash)
  const secret = await labeledExtract(crypto, hpkeSuite, sharedSecret, 'secret', NONE)
  const exporterSecret = await labeledExpand(crypto, hpkeSuite, secret, 'exp', keyScheduleContext)
  // §5.3, Context.Export
  const result = await labeledExpand(crypto, hpkeSuite, exporterSecret, 'sec', context)
  wipe(dh, eaePrk, sharedSecret, secret, exporterSecret)
  return result
}

/** §4: HKDF-Extract(salt, "HPKE-v1" || suite_id || label || ikm) */
async function labeledExtract(
  crypto: CryptoProviderV4,
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  keyMaterial: Uint8Array,
): Promise<Uint8Array> {
  // RFC 5869 §2.2: no salt is a string of HashLen zeros
  const key = salt.length === 0 ? new Uint8Array(HASH_LENGTH) : salt
  return crypto.hmacSha384(key, concat(utf8('HPKE-v1'), suite, utf8(label), keyMaterial))
}

/** §4: HKDF-Expand(prk, I2OSP(L, 2) || "HPKE-v1" || suite_id || label || info, L); L is one block here. */
async function labeledExpand(
  crypto: CryptoProviderV4,
  suite: Uint8Array,
  pseudorandomKey: Uint8Array,
  label: string,
  info: Uint8Array,
): Promise<Uint8Array> {
  const labeledInfo = concat(Uint8Array.of(0, HASH_LENGTH), utf8('HPKE-v1'), suite, utf8(label), info)
  return crypto.hmacSha384(pseudorandomKey, concat(labeledInfo, Uint8Array.of(1)))
}
