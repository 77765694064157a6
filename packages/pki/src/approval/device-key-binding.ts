import { readCanonical } from '../der/canonical.ts'
import { sequence, utf8String } from '../der/encode.ts'
import { parsing, Structure } from '../der/structure.ts'
import {
  encodeFixed,
  encodeMoment,
  encodeText,
  fixedOctets,
  readFixed,
  readMoment,
  readPurpose,
  readText,
} from './fields.ts'

/**
 * What a device signs to have its key pinned to a signer of Cloud mode. The leading UTF8String keeps it apart from all
 * else that a device key signs: signed attributes begin with SET, a CertificationRequestInfo with SEQUENCE { INTEGER.
 *
 *     DeviceKeyBinding ::= SEQUENCE {
 *       purpose   UTF8String,       -- "cloudsigner/device-key-binding/v1"
 *       signerId  UTF8String,
 *       userId    UTF8String,
 *       notAfter  GeneralizedTime,
 *       nonce     OCTET STRING }    -- 32 octets
 */
export interface DeviceKeyBinding {
  readonly signerId: string
  readonly userId: string
  /** In whole seconds. */
  readonly notAfter: Date
  /** 32 octets. */
  readonly nonce: Uint8Array
}

const purpose = 'cloudsigner/device-key-binding/v1'
const code = 'binding_malformed'
const maxBytes = 4 * 1024

/** PkiError 'binding_malformed' for fields that the structure cannot hold. */
export function buildDeviceKeyBinding(binding: DeviceKeyBinding): Uint8Array {
  return sequence(
    utf8String(purpose),
    encodeText(binding.signerId, 'signerId', code),
    encodeText(binding.userId, 'userId', code),
    encodeMoment(binding.notAfter, code),
    encodeFixed(binding.nonce, fixedOctets, 'nonce', code),
  )
}

/** Strict DER, up to 4 KiB, of this purpose alone. PkiError 'binding_malformed' or 'too_large'. */
export function readDeviceKeyBinding(der: Uint8Array): DeviceKeyBinding {
  return parsing(code, 'DeviceKeyBinding', () => {
    const structure = Structure.open(readCanonical(der, maxBytes), 'DeviceKeyBinding', code)
    readPurpose(structure, purpose, code)
    const signerId = readText(structure, 'signerId', code)
    const userId = readText(structure, 'userId', code)
    const notAfter = readMoment(structure, 'notAfter', code)
    const nonce = readFixed(structure, fixedOctets, 'nonce', code)
    structure.end()
    return Object.freeze({ signerId, userId, notAfter, nonce })
  })
}
