/** An operation, as the server tells it to this person's phone. */
import type { Authentication } from '@cloudsigner/powerauth-sdk'
import { type OperationAttribute, readAttributes } from './attributes.ts'
import { present, Reader } from './reader.ts'
import { readUiExtensions, type UiExtensions } from './ui-extensions.ts'

export const operationStatuses = ['PENDING', 'APPROVED', 'REJECTED', 'CANCELED', 'EXPIRED', 'FAILED'] as const
export type OperationStatus = (typeof operationStatuses)[number]

export interface Operation {
  readonly id: string
  /** Its type, such as `payment`. */
  readonly name: string
  /** What is authenticated, byte for byte; `parseOperationData` reads it. */
  readonly data: string
  readonly status: OperationStatus
  readonly statusReason?: string
  readonly created: Date
  readonly expires: Date
  readonly ui: UiExtensions
  /** Any of these is enough. */
  readonly allowedFactors: readonly Authentication['type'][]
  readonly form: OperationForm
}

export interface OperationForm {
  readonly title: string
  readonly message: string
  readonly resultTexts: { readonly success?: string; readonly failure?: string; readonly reject?: string }
  readonly attributes: readonly OperationAttribute[]
}

/** Throws `invalid_response`. */
export function readOperation(value: unknown): Operation {
  const operation = Reader.of(value)
  return {
    id: operation.text('id'),
    name: operation.text('name'),
    data: operation.text('data'),
    status: operation.oneOf('status', operationStatuses),
    ...present({ statusReason: operation.findText('statusReason') }),
    created: operation.date('operationCreated'),
    expires: operation.date('operationExpires'),
    ui: readUiExtensions(operation.findObject('ui')),
    allowedFactors: readAllowedFactors(operation.object('allowedSignatureType')),
    form: readForm(operation.object('formData')),
  }
}

function readForm(form: Reader): OperationForm {
  const texts = form.findObject('resultTexts')
  const [success, failure, reject] = ['success', 'failure', 'reject'].map((name) => texts?.findText(name))
  return {
    title: form.text('title'),
    message: form.text('message'),
    resultTexts: present({ success, failure, reject }),
    attributes: readAttributes(form.list('attributes')),
  }
}

const twoFactors: readonly Authentication['type'][] = ['possession_knowledge', 'possession_biometry']

/** `1FA`: the device alone. Else the device with one of the second factors that are named. */
function readAllowedFactors(allowed: Reader): readonly Authentication['type'][] {
  if (allowed.text('type') === '1FA') return ['possession']
  const variants = allowed.texts('variants')
  return twoFactors.filter((type) => variants.includes(type))
}
