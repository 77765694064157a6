/** The file of --visible: members as in the API's `visualSignature`, files by Base64 or by path. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { VisualSignature } from '@cloudsigner/contracts/signer'
import type { SignatureAppearance } from '@cloudsigner/pades'
import { Check } from 'typebox/value'
import { FileFailure } from './failure.ts'

export interface VisibleSignature {
  readonly appearance: SignatureAppearance
  /** fieldParameters/fieldId. */
  readonly fieldName?: string
}

/** FileFailure where it is not what the contract says. */
export async function readVisible(file: string): Promise<VisibleSignature> {
  const requested = parse(await readFile(file, 'utf8'), file)
  const { image, fieldParameters = {}, textParameters, ...rest } = requested
  const { fieldId, ...field } = fieldParameters
  const bytes = (value: string) => bytesOf(value, file)
  const { text, customFont, ...style } = textParameters ?? {}
  return {
    appearance: {
      ...rest,
      field,
      ...(image !== undefined && { image: await bytes(image) }),
      ...(text !== undefined && {
        text: { ...style, text, ...(customFont !== undefined && { customFont: await bytes(customFont) }) },
      }),
    },
    ...(fieldId !== undefined && { fieldName: fieldId }),
  }
}

function parse(text: string, file: string): VisualSignature {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FileFailure(`${file} is not JSON`, { cause })
  }
  if (!Check(VisualSignature, value)) throw new FileFailure(`${file} is not what the API takes as visualSignature`)
  return value
}

async function bytesOf(value: string, file: string): Promise<Uint8Array> {
  try {
    return Uint8Array.fromBase64(value, { lastChunkHandling: 'strict' })
  } catch {
    return new Uint8Array(await readFile(resolve(dirname(file), value)))
  }
}
