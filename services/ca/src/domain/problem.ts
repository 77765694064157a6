import { type Facts, ServiceError } from '@cloudsigner/service'

/** What this CA refuses, with the HTTP status that EJBCA gives it. */
export const problems = {
  ca_not_found: 404,
  certificate_not_found: 404,
  profile_not_found: 404,
  request_malformed: 400,
  request_signature_invalid: 400,
  key_unacceptable: 422,
  key_of_another_user: 400,
  subject_unacceptable: 422,
  validity_unacceptable: 422,
  profile_violation: 422,
  serial_malformed: 400,
  date_invalid: 400,
  backdated_revocation: 422,
  criteria_invalid: 400,
  parameter_invalid: 400,
  already_revoked: 409,
  not_authenticated: 403,
  not_authorized: 403,
  service_disabled: 403,
} as const satisfies Record<string, number>

export type CaProblemCode = keyof typeof problems

/** A refusal; `message` goes to the caller. */
export class CaProblem extends ServiceError<CaProblemCode> {
  readonly status: number

  constructor(code: CaProblemCode, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(code, message, facts, options)
    this.name = 'CaProblem'
    this.status = problems[code]
  }
}
