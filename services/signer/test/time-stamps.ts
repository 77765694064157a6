/** A time-stamping authority that obeys the test; its root is of its own making. */
import type { TimeStampTransport } from '@cloudsigner/pades'
import {
  buildTimeStampRejection,
  buildTimeStampResponse,
  extKeyUsage,
  issueCertificate,
  issueTimeStampToken,
  keyUsage,
  nameFromString,
  parseTimeStampRequest,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import type { Clock } from '@cloudsigner/service'
import type { TestOutside } from './fixture.ts'

export async function testTimeStamps(outside: TestOutside, clock: Clock): Promise<TimeStampTransport> {
  const { signer } = await generateKeySigner('P-256')
  const name = nameFromString('CN=Test TSA')
  const tsaCertificate = await issueCertificate(
    {
      serialNumber: Uint8Array.of(7),
      issuer: name,
      subject: name,
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2040-01-01T00:00:00Z'),
      subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
      extensions: [keyUsage('digitalSignature'), extKeyUsage(['1.3.6.1.5.5.7.3.8'], true)],
    },
    signer,
  )
  return async (bytes) => {
    outside.timeStamps += 1
    const { tsa } = outside.faults
    if (tsa === 'down') throw new Error('connection refused')
    if (tsa === 'rejects') return buildTimeStampRejection('systemFailure', 'the clock is not synchronised')
    const { messageImprint, nonce } = parseTimeStampRequest(bytes)
    const token = await issueTimeStampToken(
      {
        policy: '0.4.0.2023.1.1',
        messageImprint:
          tsa === 'other-imprint' ? { ...messageImprint, hashedMessage: new Uint8Array(32) } : messageImprint,
        serialNumber: '0B',
        genTime: clock.now(),
        accuracySeconds: 1,
        ordering: false,
        nonce,
      },
      {
        tsaCertificate,
        certificates:
          tsa === 'large' ? [tsaCertificate, ...outside.issued.flatMap(({ chain }) => chain)] : [tsaCertificate],
        crypto: nodeCrypto,
      },
      signer,
    )
    return buildTimeStampResponse(token)
  }
}
