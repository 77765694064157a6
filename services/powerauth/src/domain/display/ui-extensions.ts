import { UiExtensions } from '@cloudsigner/contracts/mobile-token'
import { Check } from 'typebox/value'
import { fillText, type OperationParameters } from '../operation-data.ts'
import type { DisplayTemplate } from './display-template.ts'
import { riskTexts } from './risk-texts.ts'

export interface UiFacts {
  readonly parameters: OperationParameters
  readonly riskFlags: string | null
  /** The operation has a proximity check, so that there is a code to scan. */
  readonly proximity: boolean
}

/** The `ui` of an operation: as its template says or, where it says nothing, as the risk flags do. */
export function uiExtensions(template: DisplayTemplate, facts: UiFacts): UiExtensions | undefined {
  if (template.ui === undefined) return uiOfRiskFlags(facts.riskFlags ?? '', template.language)
  const filled = fillTexts(template.ui, facts.parameters)
  if (!Check(UiExtensions, filled)) throw new Error('texts that were filled in changed the form of ui')
  const { preApprovalScreen, ...rest } = filled
  const scanless = preApprovalScreen?.type === 'QR_SCAN' && !facts.proximity
  return preApprovalScreen === undefined || scanless ? rest : { ...rest, preApprovalScreen }
}

/** X flips the buttons, C blocks approval during a call, F warns of fraud. */
function uiOfRiskFlags(flags: string, language: string): UiExtensions | undefined {
  if (!/[XCF]/.test(flags)) return undefined
  return {
    flipButtons: flags.includes('X'),
    blockApprovalOnCall: flags.includes('C'),
    ...(flags.includes('F')
      ? { preApprovalScreen: { type: 'WARNING', approvalType: 'SLIDER', ...riskTexts(language) } }
      : {}),
  }
}

/** Parameters put into the texts of a value; nothing but texts can change. */
function fillTexts(value: unknown, parameters: OperationParameters): unknown {
  if (typeof value === 'string') return fillText(value, parameters)
  if (Array.isArray(value)) return value.map((item) => fillTexts(item, parameters))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillTexts(member, parameters)]))
}
