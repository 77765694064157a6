/** What Chromium's fake camera sees: a QR code on a screen, as a film of one frame. */
import { writeFile } from 'node:fs/promises'
import encodeQR from 'qr'

const [width, height] = [640, 480]
const border = 4

/** Arguments of a browser whose camera sees this text as a QR code. */
export async function cameraSeeing(text: string, path: string): Promise<readonly string[]> {
  await writeFile(path, film(encodeQR(text, 'raw', { border })))
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${path}`,
  ]
}

/** YUV4MPEG2, 4:2:0: a frame of luma, then two quarters of chroma that say grey. */
function film(modules: readonly (readonly boolean[])[]): Buffer {
  const scale = Math.floor((height * 0.8) / modules.length)
  const [left, top] = [width, height].map((side) => Math.floor((side - modules.length * scale) / 2))
  const luma = Buffer.alloc(width * height, 235)
  for (const [row, line] of modules.entries()) {
    for (const [column, dark] of line.entries()) {
      if (!dark) continue
      for (let y = 0; y < scale; y++) {
        const start = ((top ?? 0) + row * scale + y) * width + (left ?? 0) + column * scale
        luma.fill(16, start, start + scale)
      }
    }
  }
  const chroma = Buffer.alloc((width * height) / 2, 128)
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\nFRAME\n`), luma, chroma])
}
