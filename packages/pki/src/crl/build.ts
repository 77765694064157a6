import { fromHex } from '../bytes.ts'
import { authorityKeyIdentifier } from '../certificate/build-extensions.ts'
import { type Extension, encodeExtensions, extensionOids } from '../certificate/extension.ts'
import type { KeySigner } from '../crypto-provider.ts'
import {
  bitString,
  enumerated,
  explicit,
  generalizedTime,
  integer,
  sequence,
  time,
  unsignedInteger,
} from '../der/encode.ts'
import { PkiError } from '../errors.ts'
import type { Name } from '../names/name.ts'
import type { CrlEntry } from './crl.ts'
import { crlReasons } from './reason.ts'

export interface CrlFields {
  readonly issuer: Name
  /** keyIdentifier of the issuer's key. */
  readonly authorityKeyIdentifier: Uint8Array
  /** Grows with every CRL of this issuer (RFC 5280 §5.2.3). */
  readonly crlNumber: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly entries: readonly CrlEntry[]
}

/** A complete, direct CRL of version 2, signed. PkiError 'crl_malformed' for a serial number that is not hex. */
export async function buildCrl(fields: CrlFields, issuer: KeySigner): Promise<Uint8Array> {
  const extensions: readonly Extension[] = [
    authorityKeyIdentifier(fields.authorityKeyIdentifier),
    { oid: extensionOids.cRLNumber, critical: false, value: integer(fields.crlNumber) },
  ]
  const tbsCertList = sequence(
    integer(1),
    issuer.signatureAlgorithm,
    fields.issuer.der,
    time(fields.thisUpdate),
    time(fields.nextUpdate),
    // RFC 5280 §5.1.2.6: the list is absent where nothing is revoked.
    ...(fields.entries.length > 0 ? [sequence(...fields.entries.map(encodeEntry))] : []),
    explicit(0, encodeExtensions(extensions)),
  )
  return sequence(tbsCertList, issuer.signatureAlgorithm, bitString(await issuer.sign(tbsCertList)))
}

function encodeEntry(entry: CrlEntry): Uint8Array {
  const serial = fromHex(entry.serialNumber)
  if (!serial) throw new PkiError('crl_malformed', 'serial number is not hex')
  const extensions: Extension[] = []
  // RFC 5280 §5.3.1: the reason "unspecified" is left out rather than written.
  if (entry.reason && entry.reason !== 'unspecified') {
    extensions.push({ oid: extensionOids.cRLReason, critical: false, value: enumerated(crlReasons[entry.reason]) })
  }
  if (entry.invalidityDate) {
    extensions.push({
      oid: extensionOids.invalidityDate,
      critical: false,
      value: generalizedTime(entry.invalidityDate),
    })
  }
  const tail = extensions.length > 0 ? [encodeExtensions(extensions)] : []
  return sequence(unsignedInteger(serial), time(entry.revocationDate), ...tail)
}
