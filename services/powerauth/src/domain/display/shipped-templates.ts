import type { DisplayTemplate } from './display-template.ts'
import { cloudSignatureDisplay } from './shipped/cloud-signature.ts'
import { loginDisplay } from './shipped/login.ts'
import { paymentDisplay } from './shipped/payment.ts'

/** What an installation shows unless it is told otherwise: Cloud mode's signatures, logins and payments in en, cs, de. */
export const shippedDisplayTemplates: readonly DisplayTemplate[] = [
  ...cloudSignatureDisplay,
  ...loginDisplay,
  ...paymentDisplay,
]
