import { createEjbcaClient, EjbcaApiError, type EjbcaClient } from '@cloudsigner/clients/ejbca'
import { mutualTlsFetch } from '@cloudsigner/clients/node'
import { derToPem, PkiError, parseCertificate } from '@cloudsigner/pki'
import type { SignerConfig } from '../config.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { CertificateAuthority, FoundCertificate } from './certificate-authority.ts'

type Client = Pick<EjbcaClient, 'enroll' | 'revocationStatus' | 'revoke' | 'search'>
type Profiles = Pick<SignerConfig['ca'], 'caName' | 'certificateProfile' | 'endEntityProfile'>

/** The CA over EJBCA's REST API and mutual TLS: ours or the genuine EJBCA, which this service never tells apart. */
export function createEjbcaAuthority(config: SignerConfig['ca']): CertificateAuthority & { close(): Promise<void> } {
  const tls = mutualTlsFetch({ ca: config.tlsCa, cert: config.clientCertificate, key: config.clientKey })
  const client = createEjbcaClient({ baseUrl: config.restUrl, fetch: tls.fetch })
  return { ...ejbcaAuthority(client, config), close: tls.close }
}

export function ejbcaAuthority(client: Client, profiles: Profiles): CertificateAuthority {
  return {
    async enrol({ username, accountBindingId, certificationRequest }) {
      const enrolment = await asked(() =>
        client.enroll({
          username,
          account_binding_id: accountBindingId,
          certificate_request: derToPem(certificationRequest, 'CERTIFICATE REQUEST'),
          certificate_authority_name: profiles.caName,
          certificate_profile_name: profiles.certificateProfile,
          end_entity_profile_name: profiles.endEntityProfile,
          include_chain: true,
        }),
      )
      return { certificate: enrolment.certificate, chain: enrolment.chain }
    },
    async findRevocation(issuerDn, serialNumber) {
      const status = await asked(() => client.revocationStatus(issuerDn, serialNumber))
      return status.revoked ? status.revocation_reason : null
    },
    async findValidCertificates(username, at) {
      const found = await asked(() =>
        client.search({
          max_number_of_results: 400,
          criteria: [
            { property: 'USERNAME', operation: 'EQUAL', value: username },
            { property: 'STATUS', operation: 'EQUAL', value: 'CERT_ACTIVE' },
            // On hold is not for good.
            { property: 'STATUS', operation: 'EQUAL', value: 'REVOCATION_REASON_CERTIFICATEHOLD' },
            { property: 'EXPIRE_DATE', operation: 'AFTER', value: at.toISOString() },
          ],
        }),
      )
      return found.map(foundCertificate)
    },
    async revoke(issuerDn, serialNumber, reason) {
      try {
        await client.revoke(issuerDn, serialNumber, reason)
      } catch (error) {
        if (error instanceof EjbcaApiError && error.status === 409) return
        throw problem(error)
      }
    },
  }
}

function foundCertificate(der: Uint8Array): FoundCertificate {
  try {
    const { issuer, serialNumber } = parseCertificate(der)
    return { issuerDn: issuer.rfc4514, serialNumber, der }
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem(
      'CERTIFICATE_PROCESSING_ERROR',
      'The CA found a certificate that cannot be read',
      {},
      { cause },
    )
  }
}

async function asked<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    throw problem(error)
  }
}

/** 4xx: the CA said no and why. Anything else: it did not do its work, and may later. */
function problem(cause: unknown): SignerProblem {
  if (cause instanceof EjbcaApiError && cause.code === 'REFUSED') {
    return new SignerProblem('CERTIFICATE_AUTHORITY_ERROR', `The CA refused: ${cause.message}`, {}, { cause })
  }
  return new SignerProblem(
    'CERTIFICATE_AUTHORITY_ERROR',
    'The CA does not answer as it should',
    {},
    { cause, unavailable: true },
  )
}
