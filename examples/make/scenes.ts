/**
 * Draws the pictures of the valuation report. Runs inside the page, so it must not refer to anything outside itself.
 * The grain makes the pictures as hard to compress as photographs; its seed is fixed, so they are always the same.
 */
export function drawScenes(): Promise<unknown> {
  const width = 1500
  const height = 860
  let seed = 20260417
  const random = () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }

  const sky = (context: CanvasRenderingContext2D, top: string, bottom: string) => {
    const gradient = context.createLinearGradient(0, 0, 0, height * 0.75)
    gradient.addColorStop(0, top)
    gradient.addColorStop(1, bottom)
    context.fillStyle = gradient
    context.fillRect(0, 0, width, height)
  }
  const hills = (context: CanvasRenderingContext2D, base: number, rise: number, colour: string) => {
    const phase = random() * 7
    context.fillStyle = colour
    context.beginPath()
    context.moveTo(0, height)
    for (let x = 0; x <= width; x += 4) {
      const wave = Math.sin(x / 190 + phase) + 0.5 * Math.sin(x / 83 + 2 * phase) + 0.12 * Math.sin(x / 17)
      context.lineTo(x, base - rise * wave)
    }
    context.lineTo(width, height)
    context.fill()
  }
  const tree = (context: CanvasRenderingContext2D, x: number, ground: number, size: number) => {
    context.fillStyle = '#4b3826'
    context.fillRect(x - size * 0.06, ground - size * 0.5, size * 0.12, size * 0.5)
    for (let leaf = 0; leaf < 260; leaf++) {
      const angle = random() * 2 * Math.PI
      const distance = Math.sqrt(random()) * size * 0.42
      context.fillStyle = `hsl(${95 + random() * 30} ${35 + random() * 20}% ${20 + random() * 22}%)`
      context.beginPath()
      context.arc(x + Math.cos(angle) * distance, ground - size * 0.78 + Math.sin(angle) * distance, size * 0.05, 0, 7)
      context.fill()
    }
  }
  const house = (context: CanvasRenderingContext2D, x: number, ground: number, scale: number, wall: string) => {
    const w = 460 * scale
    const h = 230 * scale
    context.fillStyle = wall
    context.fillRect(x, ground - h, w, h)
    context.fillStyle = '#7c3b2c'
    context.beginPath()
    context.moveTo(x - 30 * scale, ground - h)
    context.lineTo(x + w * 0.22, ground - h - 150 * scale)
    context.lineTo(x + w * 0.78, ground - h - 150 * scale)
    context.lineTo(x + w + 30 * scale, ground - h)
    context.fill()
    for (let window = 0; window < 4; window++) {
      if (window === 2) continue
      context.fillStyle = '#f4f1e8'
      context.fillRect(x + (40 + window * 104) * scale, ground - h + 55 * scale, 74 * scale, 92 * scale)
      context.fillStyle = '#5d7f97'
      context.fillRect(x + (46 + window * 104) * scale, ground - h + 61 * scale, 62 * scale, 80 * scale)
    }
    context.fillStyle = '#3d2a1e'
    context.fillRect(x + 250 * scale, ground - 150 * scale, 72 * scale, 150 * scale)
  }
  const grain = (context: CanvasRenderingContext2D, strength: number) => {
    const image = context.getImageData(0, 0, width, height)
    for (let at = 0; at < image.data.length; at += 4) {
      const shift = (random() + random() - 1) * strength
      for (let channel = 0; channel < 3; channel++) {
        const index = at + channel
        image.data[index] = (image.data[index] ?? 0) + shift
      }
    }
    context.putImageData(image, 0, 0)
  }

  const scenes: Record<string, (context: CanvasRenderingContext2D) => void> = {
    street(context) {
      sky(context, '#5d93c4', '#d9e7ef')
      hills(context, 470, 34, '#7d9a6a')
      context.fillStyle = '#6f8b4f'
      context.fillRect(0, 600, width, 260)
      house(context, 470, 650, 1.25, '#e9dcc0')
      tree(context, 220, 660, 330)
      tree(context, 1260, 650, 270)
      context.fillStyle = '#6e6e72'
      context.fillRect(0, 740, width, 120)
      context.fillStyle = '#a9a9ad'
      context.fillRect(0, 722, width, 18)
    },
    garden(context) {
      sky(context, '#33456e', '#f0b98a')
      hills(context, 520, 46, '#4d6150')
      context.fillStyle = '#557a3f'
      context.fillRect(0, 620, width, 240)
      house(context, 700, 650, 1.1, '#d9c7a4')
      tree(context, 180, 640, 380)
      tree(context, 420, 650, 250)
      context.fillStyle = '#b59e84'
      context.fillRect(640, 650, 660, 60)
    },
    valley(context) {
      sky(context, '#7fb0d6', '#eef3ea')
      hills(context, 380, 60, '#93a9b5')
      hills(context, 500, 50, '#7f9d76')
      hills(context, 620, 40, '#6b8a4c')
      for (let index = 0; index < 7; index++) tree(context, 100 + index * 210 + random() * 60, 760, 110 + random() * 60)
      house(context, 980, 690, 0.35, '#efe4cd')
    },
  }
  const loads = Object.entries(scenes).map(([id, draw]) => {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d')
    const image = document.getElementById(id)
    if (!context || !(image instanceof HTMLImageElement)) throw new Error(`no place for the picture ${id}`)
    draw(context)
    grain(context, 30)
    image.src = canvas.toDataURL('image/jpeg', 0.84)
    return image.decode()
  })
  return Promise.all(loads)
}
