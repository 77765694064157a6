import { refuse } from './errors.ts'

export type OperationParameters = Readonly<Record<string, string>>

/** `${name}`. */
const placeholder = /\$\{([^${}]+)\}/g

/**
 * Operation data out of a template: `${name}` is replaced by the parameter, escaped (mobile-token-api §6). What was put
 * in is not looked at again, and a name without a parameter stays as it is. Throws ERR0024 for a control character
 * and for text that is not well formed.
 */
export function fillDataTemplate(dataTemplate: string, parameters: OperationParameters): string {
  const escaped = new Map(Object.entries(parameters).map(([name, value]) => [name, escapeParameter(name, value)]))
  return dataTemplate.replaceAll(placeholder, (text, name: string) => escaped.get(name) ?? text)
}

/** The same for people's eyes: as it is, without escapes. */
export function fillText(text: string, parameters: OperationParameters): string {
  return text.replaceAll(placeholder, (whole, name: string) =>
    Object.hasOwn(parameters, name) ? (parameters[name] ?? whole) : whole,
  )
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '*': '\\*', '\n': '\\n' }

function escapeParameter(name: string, value: string): string {
  // A lone surrogate has no UTF-8: what is stored, shown and signed would differ.
  if (!value.isWellFormed()) throw refuse('ERR0024', { parameter: name, reason: 'not well formed' })
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if ((code < 0x20 && code !== 0x0a) || code === 0x7f) throw refuse('ERR0024', { parameter: name, control: code })
  }
  return value.replaceAll(/[\\*\n]/g, (character) => escapes[character] ?? character)
}
