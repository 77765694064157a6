import type { FormAttributeType, ResultTexts, UiExtensions } from '@cloudsigner/contracts/mobile-token'
import { pickLanguage } from './language.ts'

/**
 * One attribute of the form. `params` says which parameter of the operation fills which field; an attribute whose
 * required field has none is left out.
 */
export interface DisplayAttribute {
  readonly id: string
  readonly type: FormAttributeType
  /** Label. */
  readonly text: string
  readonly params?: Readonly<Record<string, string>>
}

/** How operations of a type are shown to people who read a language. Texts may name parameters as `${name}`. */
export interface DisplayTemplate {
  readonly operationType: string
  /** RFC 5646 primary language, such as `en`. */
  readonly language: string
  readonly title: string
  readonly message: string
  readonly resultTexts?: ResultTexts
  readonly attributes: readonly DisplayAttribute[]
  /** In place of what the operation's risk flags would say. */
  readonly ui?: UiExtensions
}

const FALLBACK_LANGUAGE = 'en'

/** Where the right template is found by an operation's type and an Accept-Language header. */
export type FindDisplayTemplate = (operationType: string, acceptLanguage: string) => DisplayTemplate | undefined

/** Throws where two templates are for the same type and language. */
export function indexDisplayTemplates(templates: readonly DisplayTemplate[]): FindDisplayTemplate {
  const byType = new Map<string, Map<string, DisplayTemplate>>()
  for (const template of templates) {
    const languages = byType.get(template.operationType) ?? new Map<string, DisplayTemplate>()
    const language = template.language.toLowerCase()
    if (languages.has(language)) {
      throw new Error(`powerauth.displayTemplates has two for ${template.operationType} in ${template.language}`)
    }
    byType.set(template.operationType, languages.set(language, template))
  }
  return (operationType, acceptLanguage) => {
    const languages = byType.get(operationType)
    if (languages === undefined) return undefined
    const available = [...languages.keys()]
    const language = pickLanguage(acceptLanguage, available)
    return languages.get(language ?? FALLBACK_LANGUAGE) ?? languages.get(available[0] ?? '')
  }
}
