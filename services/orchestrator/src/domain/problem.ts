import { type OrchestratorProblemCode, orchestratorProblems } from '@cloudsigner/contracts/orchestrator'
import { type Facts, ServiceError } from '@cloudsigner/service'

/** A refusal of this service: one row of the contract's table of errors, with a sentence for the caller. */
export class Problem extends ServiceError<OrchestratorProblemCode> {
  constructor(code: OrchestratorProblemCode, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(code, message, facts, options)
    this.name = 'Problem'
  }

  get status(): number {
    return orchestratorProblems[this.code].status
  }
}
