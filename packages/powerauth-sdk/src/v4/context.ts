/** What the parts of the SDK's 4.0 half share. */
import type { CryptoProvider } from '@cloudsigner/powerauth-protocol'
import type { Algorithm, CryptoProviderV4, MobileSdkConfig } from '@cloudsigner/powerauth-protocol/v4'
import type { HttpClient } from '../http-client.ts'
import type { ServerTime } from '../server-time.ts'

/** Both generations' mathematics: an activation of 3.x proves itself by its own once more, when it is upgraded. */
export type SdkCrypto = CryptoProvider & CryptoProviderV4

export interface Context {
  readonly crypto: SdkCrypto
  readonly application: MobileSdkConfig
  /** The suite of new activations and of the application's own exchanges. */
  readonly algorithm: Algorithm
  readonly http: HttpClient
  readonly time: ServerTime
}
