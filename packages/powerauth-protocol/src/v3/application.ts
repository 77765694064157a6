import { base64Decode } from '../encoding/base64.ts'

/** What an application version is known by: two times 16 random bytes, kept as their Base64 text (24 characters). */
export interface ApplicationCredentials {
  /** APP_KEY */
  readonly applicationKey: string
  /** APP_SECRET. Enters codes and ECIES as the ASCII bytes of this text, and decoded in the JWTs of temporary keys. */
  readonly applicationSecret: string
}

export function requireApplication(application: ApplicationCredentials): ApplicationCredentials {
  base64Decode(application.applicationKey, 'applicationKey', 16)
  base64Decode(application.applicationSecret, 'applicationSecret', 16)
  return application
}
