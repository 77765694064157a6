/** Sets of words that a back end hangs on an application (roles) or an activation (flags), kept in order of arrival. */
export type LabelChange = (before: readonly string[], given: readonly string[]) => string[]

export const addLabels: LabelChange = (before, given) => [...new Set([...before, ...given])]
export const replaceLabels: LabelChange = (_before, given) => [...new Set(given)]
export const removeLabels: LabelChange = (before, given) => before.filter((label) => !given.includes(label))
