import type { MobileOperation } from '@cloudsigner/contracts/mobile-token'
import type { OperationDetail, SignatureType } from '@cloudsigner/contracts/powerauth-private'
import { fillText } from '../operation-data.ts'
import type { DisplayTemplate } from './display-template.ts'
import { formAttributes } from './form-attributes.ts'
import { uiExtensions } from './ui-extensions.ts'

/** An operation as a phone sees it, in the language of the template. */
export function mobileOperationOf(operation: OperationDetail, template: DisplayTemplate): MobileOperation {
  const { parameters, riskFlags } = operation
  const ui = uiExtensions(template, { parameters, riskFlags, proximity: operation.proximityOtp !== null })
  return {
    id: operation.id,
    name: operation.operationType,
    data: operation.data,
    status: operation.status,
    ...(operation.statusReason === null ? {} : { statusReason: operation.statusReason }),
    operationCreated: mobileTimestamp(new Date(operation.timestampCreated)),
    operationExpires: mobileTimestamp(new Date(operation.timestampExpires)),
    ...(ui === undefined ? {} : { ui }),
    allowedSignatureType: allowedSignatureTypeOf(operation.signatureType),
    formData: {
      title: fillText(template.title, parameters),
      message: fillText(template.message, parameters),
      ...(template.resultTexts === undefined ? {} : { resultTexts: template.resultTexts }),
      attributes: formAttributes(template.attributes, parameters, template.language),
    },
  }
}

/** `2018-07-02T14:43:13+0000` */
export function mobileTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+0000`
}

const twoFactorVariants = ['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'] as const

/** One factor where the device alone is enough, else the second factors that are. */
function allowedSignatureTypeOf(allowed: readonly SignatureType[]): MobileOperation['allowedSignatureType'] {
  if (allowed.includes('POSSESSION')) return { type: '1FA', variants: [] }
  const variants = twoFactorVariants.filter((type) => allowed.includes(type))
  return { type: '2FA', variants: variants.map((type) => type.toLowerCase()) }
}
