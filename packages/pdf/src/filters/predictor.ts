import { PdfError } from '../errors.ts'

/** Predictor parameters of Flate and LZW (7.4.4.4, table 8). */
export interface PredictorParameters {
  readonly predictor: number
  readonly colors: number
  readonly bitsPerComponent: number
  readonly columns: number
}

export function undoPredictor(data: Uint8Array, parameters: PredictorParameters): Uint8Array {
  const { predictor, colors, bitsPerComponent, columns } = parameters
  if (predictor === 1) return data
  const sane = colors >= 1 && colors <= 64 && columns >= 1 && columns <= 1 << 24
  if (!sane || ![1, 2, 4, 8, 16].includes(bitsPerComponent))
    throw new PdfError('filter_invalid', null, 'predictor parameters are out of range')
  const pixelBytes = Math.max(1, (colors * bitsPerComponent) >> 3)
  const rowBytes = (colors * bitsPerComponent * columns + 7) >> 3
  if (predictor >= 10 && predictor <= 15) return undoPng(data, rowBytes, pixelBytes)
  if (predictor === 2 && bitsPerComponent === 8) return undoTiff(data, rowBytes, colors)
  throw new PdfError('filter_unsupported', null, `predictor ${predictor} at ${bitsPerComponent} bits is not supported`)
}

/** PNG, where each row says by its first byte how it was predicted (RFC 2083 §6). */
function undoPng(data: Uint8Array, rowBytes: number, pixelBytes: number): Uint8Array {
  const rows = Math.ceil(data.length / (rowBytes + 1))
  const output = new Uint8Array(rows * rowBytes)
  let length = 0
  for (let row = 0; row < rows; row++) {
    const start = row * (rowBytes + 1)
    const source = data.subarray(start + 1, Math.min(start + 1 + rowBytes, data.length))
    const target = output.subarray(row * rowBytes, row * rowBytes + source.length)
    const above = row === 0 ? null : output.subarray((row - 1) * rowBytes, row * rowBytes)
    undoPngRow(data[start] ?? 0, source, target, above, pixelBytes)
    length += source.length
  }
  return output.subarray(0, length)
}

function undoPngRow(
  type: number,
  source: Uint8Array,
  target: Uint8Array,
  above: Uint8Array | null,
  step: number,
): void {
  if (type > 4) throw new PdfError('filter_invalid', null, `a PNG row has predictor type ${type}`)
  if (type === 0 || (type === 2 && above === null)) {
    target.set(source)
    return
  }
  for (let index = 0; index < source.length; index++) {
    const left = index >= step ? (target[index - step] ?? 0) : 0
    const up = above?.[index] ?? 0
    const upLeft = index >= step ? (above?.[index - step] ?? 0) : 0
    target[index] = (source[index] ?? 0) + pngPrediction(type, left, up, upLeft)
  }
}

function pngPrediction(type: number, left: number, up: number, upLeft: number): number {
  if (type === 1) return left
  if (type === 2) return up
  if (type === 3) return (left + up) >> 1
  const estimate = left + up - upLeft
  const [byLeft, byUp, byUpLeft] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)]
  if (byLeft <= byUp && byLeft <= byUpLeft) return left
  return byUp <= byUpLeft ? up : upLeft
}

function undoTiff(data: Uint8Array, rowBytes: number, colors: number): Uint8Array {
  const output = data.slice()
  for (let start = 0; start < output.length; start += rowBytes) {
    const end = Math.min(start + rowBytes, output.length)
    for (let index = start + colors; index < end; index++)
      output[index] = (output[index] ?? 0) + (output[index - colors] ?? 0)
  }
  return output
}
