/** Reads QR codes from a camera: by the platform's BarcodeDetector, else by a decoder that is loaded when it is needed. */
export interface QrReader {
  /** The text of a code in the picture, if there is one. */
  read(frame: HTMLVideoElement): Promise<string | undefined>
}

/** Shape Detection API, in Chromium on Android and macOS; TypeScript does not know it. */
interface BarcodeDetectorLike {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>
}
interface BarcodeDetectorType {
  new (options: { readonly formats: readonly string[] }): BarcodeDetectorLike
  getSupportedFormats(): Promise<readonly string[]>
}

/** A side of more pixels than this makes the decoder slow and finds no more codes. */
const MAX_SIDE = 800

export async function createQrReader(global: object): Promise<QrReader> {
  const type = detectorOf(global)
  const formats = (await type?.getSupportedFormats().catch(() => [])) ?? []
  if (type !== undefined && formats.includes('qr_code')) return nativeReader(new type({ formats: ['qr_code'] }))
  const { default: decodeQR } = await import('qr/decode.js')
  return pictureReader((image) => decodeQR(image))
}

function detectorOf(global: object): BarcodeDetectorType | undefined {
  return 'BarcodeDetector' in global ? (global.BarcodeDetector as BarcodeDetectorType) : undefined
}

function nativeReader(detector: BarcodeDetectorLike): QrReader {
  return { read: async (frame) => (await detector.detect(frame))[0]?.rawValue }
}

type Decode = (image: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }) => string

function pictureReader(decode: Decode): QrReader {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return {
    async read(frame) {
      const { videoWidth, videoHeight } = frame
      if (context === null || videoWidth === 0) return undefined
      const scale = Math.min(1, MAX_SIDE / Math.max(videoWidth, videoHeight))
      canvas.width = Math.round(videoWidth * scale)
      canvas.height = Math.round(videoHeight * scale)
      context.drawImage(frame, 0, 0, canvas.width, canvas.height)
      const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height)
      try {
        return decode({ width, height, data })
      } catch {
        return undefined // no code in this frame
      }
    },
  }
}
