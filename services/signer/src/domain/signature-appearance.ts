import type { VisualSignature, VisualSignatureText } from '@cloudsigner/contracts/signer'
import type { AppearanceText, SignatureAppearance } from '@cloudsigner/pades'
import { SignerProblem } from './signer-problem.ts'

/** What is drawn, and in which field. */
export interface RequestedAppearance {
  readonly appearance: SignatureAppearance
  readonly fieldName?: string
}

/**
 * The contract's visual signature as pades takes it. `defaultFont` goes where the request names no font: it is embedded,
 * as the reference does, and has the letters that Europe writes with. DOCUMENT_VISUAL_SIGNATURE_ERROR for what is no Base64.
 */
export function requestedAppearance(requested: VisualSignature, defaultFont: Uint8Array): RequestedAppearance {
  const { image, fieldParameters = {}, textParameters, ...rest } = requested
  const { fieldId, ...field } = fieldParameters
  const text = textParameters && textOf(textParameters, defaultFont)
  return {
    appearance: {
      ...rest,
      field,
      ...(image !== undefined && { image: fromBase64('image', image) }),
      ...(text && { text }),
    },
    ...(fieldId !== undefined && { fieldName: fieldId }),
  }
}

function textOf(parameters: VisualSignatureText, defaultFont: Uint8Array): AppearanceText | null {
  const { text, customFont, standard14Font, ...rest } = parameters
  if (text === undefined) return null
  if (customFont === undefined && standard14Font === undefined) return { ...rest, text, customFont: defaultFont }
  return {
    ...rest,
    text,
    ...(standard14Font !== undefined && { standard14Font }),
    ...(customFont !== undefined && { customFont: fromBase64('textParameters/customFont', customFont) }),
  }
}

function fromBase64(member: string, text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch (cause) {
    throw new SignerProblem('DOCUMENT_VISUAL_SIGNATURE_ERROR', `visualSignature/${member} is not Base64`, {}, { cause })
  }
}
