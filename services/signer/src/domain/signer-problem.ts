import { type SignerProblemCode, signerProblems } from '@cloudsigner/contracts/signer'
import { type Facts, ServiceError } from '@cloudsigner/service'

/** A refusal of this service: one row of the contract's table of errors, with a sentence for the caller. */
export class SignerProblem extends ServiceError<SignerProblemCode> {
  readonly status: number

  constructor(code: SignerProblemCode, message: string, facts: Facts = {}, options: ProblemOptions = {}) {
    super(code, message, facts, options)
    this.name = 'SignerProblem'
    const [usual, other] = signerProblems[code].statuses
    this.status = options.unavailable ? (other ?? usual) : usual
  }
}

export interface ProblemOptions extends ErrorOptions {
  /** The code's second status: what is outside failed or did not answer, rather than refused. */
  readonly unavailable?: boolean
}
