/** `activationSignatures`: the master keys' signatures over an activation code, by algorithm. */
import { base64Decode, base64Encode } from '../encoding/base64.ts'
import { utf8 } from '../encoding/bytes.ts'
import { parseActivationCode } from '../v3/activation-code.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { type SigningKey, signWithKey, type VerifyingKey, verifyWithKey } from './signature-keys.ts'

/** Base64 of ECDSA in DER, of ML-DSA raw. The ES256 entry of 3.x clients is made by `signActivationCode` of 3.x. */
export async function signActivationCode(
  crypto: CryptoProviderV4,
  master: SigningKey,
  activationCode: string,
): Promise<string> {
  return base64Encode(await signWithKey(crypto, master, utf8(parseActivationCode(activationCode)), 'der'))
}

/** Throws `invalid_encoding` where the signature is not Base64; false where it does not verify. */
export async function verifyActivationCodeSignature(
  crypto: CryptoProviderV4,
  master: VerifyingKey,
  activationCode: string,
  signature: string,
): Promise<boolean> {
  const bytes = base64Decode(signature, 'The activation signature')
  return verifyWithKey(crypto, master, utf8(parseActivationCode(activationCode)), bytes, 'der')
}
