/** An operation out of a QR code, for a phone that is not on the net. */
import type { VerifiedOfflinePayload } from '@cloudsigner/powerauth-sdk'
import { MobileTokenError } from './mobile-token-error.ts'
import { type OperationData, parseOperationData } from './operation-data.ts'

export interface OfflineOperation {
  readonly id: string
  readonly title: string
  readonly message: string
  readonly data: string
  readonly parsedData: OperationData
  /** Signed for this activation, or for everybody by the application. */
  readonly signedFor: 'activation' | 'application'
  readonly flags: {
    /** B: biometry is enough. */
    readonly biometryAllowed: boolean
    /** X */
    readonly flipButtons: boolean
    /** F */
    readonly fraudWarning: boolean
    /** C */
    readonly blockApprovalOnCall: boolean
  }
  /** There is a TOTP in the payload; the code covers it. */
  readonly proximity: boolean
}

/** Of a payload whose signature verified. Throws `invalid_offline_payload`, `invalid_operation_data`. */
export function readOfflineOperation({ kind, data: text }: VerifiedOfflinePayload): OfflineOperation {
  const lines = text.split('\n')
  const [id = '', title = '', message = '', data = '', flags = '', totp] = lines
  // Identifier, title, message, data, flags; then perhaps a TOTP, and what newer versions put before the nonce.
  if (lines.length < 5 || id === '') throw invalid('lines are missing')
  if (!/^[A-Z]*$/.test(flags)) throw invalid('its flags are no capital letters')
  return {
    id,
    title: plainTextOf(title),
    message: plainTextOf(message),
    data,
    parsedData: parseOperationData(data),
    signedFor: kind === 'personalized' ? 'activation' : 'application',
    flags: {
      biometryAllowed: flags.includes('B'),
      flipButtons: flags.includes('X'),
      fraudWarning: flags.includes('F'),
      blockApprovalOnCall: flags.includes('C'),
    },
    proximity: totp !== undefined,
  }
}

function plainTextOf(text: string): string {
  return text.replaceAll(/\\(.?)/g, (_whole, character: string) => {
    if (character === 'n') return '\n'
    if (character === '\\') return '\\'
    throw invalid('an escape is unknown')
  })
}

function invalid(reason: string): MobileTokenError {
  return new MobileTokenError('invalid_offline_payload', `The offline payload is refused: ${reason}`)
}
