import { createPublicKey } from 'node:crypto'
import { parseCertificate } from '@cloudsigner/pki'
import type { Law } from '../law.ts'

export const signerLaws: readonly Law[] = [
  {
    says: "an enrolled phone is an ACTIVE signer, with a certificate for the device's own key or one that is kept",
    judge({ claims, rows }, { check }) {
      const signers = new Map(rows.signers.map((row) => [row.id, row]))
      const certificates = new Map(rows.certificates.map((row) => [row.id, row]))
      const credentials = new Map(rows.credentials.map((row) => [row.id, row]))
      const devices = new Map(rows.activations.map((row) => [row.activation_id, row.device_public_key]))
      for (const { activationId, userId, ended, mode } of claims.of('enrol')) {
        if (ended !== 'acknowledged') continue
        const signer = signers.get(activationId)
        check(activationId, signer?.user_id === userId, 'the signer is gone, or of another user')
        check(activationId, signer?.status === 'ACTIVE', `the signer is ${signer?.status}`)
        const certificate = certificates.get(signer?.certificate_id ?? '')
        check(activationId, certificate?.signer_id === activationId, 'the certificate is gone, or of another signer')
        if (certificate === undefined) continue
        const credential = credentials.get(certificate.credential_id ?? '')
        const isKept = credential?.signer_id === activationId && credential.usable
        check(activationId, isKept === (mode === 'CLOUD'), 'the key is kept where it should not be, or is not kept')
        const isDevices = publicPoint(certificate.certificate).equals(devices.get(activationId) ?? new Uint8Array())
        check(activationId, isDevices === (mode === 'EXTERNAL'), 'the key is not whose it should be')
      }
    },
  },
  {
    says: "every signer's certificate is the CA's, issued to the byte as it is stored, and not revoked",
    judge({ rows }, { check }) {
      const issued = new Map(rows.issued.map((row) => [row.serial_number, row]))
      for (const { signer_id, serial_number, certificate } of rows.certificates) {
        const row = issued.get(serial_number)
        const same = row?.certificate ? Buffer.from(row.certificate).equals(certificate) : false
        check(signer_id, same, `the CA did not issue ${serial_number}`)
        check(signer_id, row?.revoked === false, `${serial_number} is revoked`)
      }
    },
  },
  {
    says: 'the numbers of revocation lists go up with their times',
    judge({ rows }, { check }) {
      for (const [issuer, crls] of Map.groupBy(rows.crls, (row) => row.issuer))
        for (const [index, { number, this_update }] of crls.entries()) {
          const before = crls[index - 1]
          check(issuer, !before || before.this_update <= this_update, `list ${number} is older than the one before it`)
        }
    },
  },
]

/** SEC 1 §2.3.3: the uncompressed point, as PowerAuth stores it. */
function publicPoint(certificate: Uint8Array): Buffer {
  const { subjectPublicKeyInfo } = parseCertificate(certificate)
  const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' })
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
}
