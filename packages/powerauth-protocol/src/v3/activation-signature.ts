/** The master key's signature over an activation code: `CODE#SIGNATURE` in a QR code proves who issued the code. */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { utf8 } from '../encoding/bytes.ts'
import { parseActivationCode } from './activation-code.ts'
import { signWithDeviceKey, verifyDeviceSignature } from './device-signature.ts'

/** Base64 of the DER signature over the 23 characters. */
export async function signActivationCode(
  crypto: CryptoProvider,
  master: P256KeyPair,
  activationCode: string,
): Promise<string> {
  return base64Encode(await signWithDeviceKey(crypto, master, utf8(parseActivationCode(activationCode))))
}

/** Throws `invalid_encoding` where the signature is not Base64; false where it does not verify. */
export async function verifyActivationCodeSignature(
  crypto: CryptoProvider,
  masterPublicKey: Uint8Array,
  activationCode: string,
  signature: string,
): Promise<boolean> {
  const der = base64Decode(signature, 'The activation signature')
  return verifyDeviceSignature(crypto, masterPublicKey, utf8(parseActivationCode(activationCode)), der)
}
