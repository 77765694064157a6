/** The commands for operations: what waits for this phone, one of them, and its approval or rejection. */
import {
  type MobileToken,
  type Operation,
  type OperationAttribute,
  parseProximityCode,
} from '@cloudsigner/mobile-token-sdk'
import { possession, possessionWithPassword } from '@cloudsigner/powerauth-sdk'
import { rejectDocument, showDocument } from './bank-commands.ts'
import { type Command, type CommandContext, openPhone } from './command.ts'
import { CommandError } from './command-error.ts'

const PIN_VARIABLE = 'CLOUDSIGNER_DEVICE_PIN'

const operations: Command = async (context) => {
  const mobileToken = await open(context)
  const { operations, serverTime } = await mobileToken.list()
  const lines = operations.map(({ id, form, expires }) => {
    const left = Math.max(0, Math.round((expires.getTime() - serverTime.getTime()) / 1000))
    return `${id}  ${form.title} (${left} s left)`
  })
  return { text: lines.length === 0 ? 'No operation waits.' : lines.join('\n'), json: { operations, serverTime } }
}

const show: Command = async (context) => {
  if (context.options.find('orchestrator') !== undefined) return showDocument(context)
  const operation = await (await open(context)).detail(identifierOf(context))
  return { text: describe(operation).join('\n'), json: { operation } }
}

/** Tells what is approved, then approves just that. */
const approve: Command = async (context) => {
  const { options } = context
  const mobileToken = await open(context)
  const operation = await mobileToken.detail(identifierOf(context))
  for (const line of describe(operation)) context.note(line)
  const scanned = options.find('proximity')
  const deviceAlone = operation.allowedFactors.includes('possession')
  const authentication = deviceAlone ? possession() : possessionWithPassword(options.get('pin', PIN_VARIABLE))
  await mobileToken.authorize(operation, authentication, {
    ...(scanned !== undefined && { proximityCode: parseProximityCode(scanned, 'QR_CODE') }),
  })
  return {
    text: operation.form.resultTexts.success ?? `Operation ${operation.id} approved.`,
    json: { id: operation.id, name: operation.name, data: operation.data, status: 'APPROVED' },
  }
}

const reject: Command = async (context) => {
  if (context.options.find('orchestrator') !== undefined) return rejectDocument(context)
  const id = identifierOf(context)
  await (await open(context)).reject({ id }, context.options.find('reason') ?? 'UNKNOWN')
  return { text: `Operation ${id} rejected.`, json: { id, status: 'REJECTED' } }
}

export const operationCommands: Readonly<Record<string, Command>> = { operations, show, approve, reject }

async function open({ state, options }: CommandContext): Promise<MobileToken> {
  const phone = await openPhone(state, options)
  return phone.mobileToken(options.find('language'))
}

function identifierOf({ options }: CommandContext): string {
  const [id, ...more] = options.operands
  if (id === undefined || more.length > 0) throw new CommandError(`${options.command} takes one OPERATION`, 2)
  return id
}

function describe({ id, status, form, data, expires }: Operation): string[] {
  const shown = form.attributes.map((attribute) => [attribute.label, valueText(attribute)].filter(Boolean).join(': '))
  return [
    `${form.title}: ${form.message}`,
    ...shown,
    `Operation ${id}, ${status}, until ${expires.toISOString()}`,
    `Data ${data}`,
  ]
}

function valueText(attribute: OperationAttribute): string {
  switch (attribute.type) {
    case 'AMOUNT':
      return attribute.valueFormatted
    case 'AMOUNT_CONVERSION':
      return `${attribute.source.valueFormatted} → ${attribute.target.valueFormatted}`
    case 'KEY_VALUE':
      return attribute.value
    case 'NOTE':
      return attribute.note
    case 'HEADING':
      return ''
    case 'ALERT':
      return [attribute.alertType, attribute.title, attribute.message].filter(Boolean).join(' ')
    case 'IMAGE':
      return attribute.originalUrl ?? attribute.thumbnailUrl
    case 'PARTY_INFO':
      return [attribute.partyInfo.name, attribute.partyInfo.websiteUrl].filter(Boolean).join(', ')
  }
}
