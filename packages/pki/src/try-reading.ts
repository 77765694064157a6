import { PkiError } from './errors.ts'

/** What `read` gives, or the PkiError it throws: for material whose faults are a finding and not an end. */
export function tryReading<Value>(read: () => Value): Value | PkiError {
  try {
    return read()
  } catch (error) {
    if (error instanceof PkiError) return error
    throw error
  }
}
