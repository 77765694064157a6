/** What a document has in it that its pages do not show, or that others may see differently. */
export const hazards = [
  'script',
  'action',
  'attachment',
  'form',
  'hidden_layer',
  'external',
  'missing_font',
  'xfa',
  'earlier_signature',
  'encrypted',
] as const
export type Hazard = (typeof hazards)[number]
