/** Prints HTML with Chromium as a browser's print dialog would: tagged, with an outline, A4. */
import { writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

export interface PrintJob {
  readonly html: string
  readonly footer: string
  readonly file: URL
}

/** Chromium is not part of the lockfile: name another one by the environment variable CHROMIUM. */
export async function print({ html, footer, file }: PrintJob): Promise<void> {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' })
  try {
    const page = await browser.newPage()
    await page.setContent(html, { waitUntil: 'load' })
    await page.evaluate('globalThis.drawn ?? true')
    const pdf = await page.pdf({
      format: 'A4',
      margin: { top: '22mm', bottom: '22mm', left: '24mm', right: '24mm' },
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: `<div style="font: 8px 'DejaVu Sans', sans-serif; color: #556; width: 100%; padding: 0 24mm;
        display: flex; justify-content: space-between"><span>${footer}</span>
        <span>Page <span class="pageNumber"></span> of <span class="totalPages"></span></span></div>`,
      printBackground: true,
      tagged: true,
      outline: true,
    })
    await writeFile(file, pdf)
    process.stdout.write(`${file.pathname}: ${pdf.length} bytes\n`)
  } finally {
    await browser.close()
  }
}

/** What both documents look like. */
export const style = `
  html { font: 10.5pt/1.5 'DejaVu Serif', 'Liberation Serif', serif; color: #1c2430 }
  h1, h2, th, .brand, .label { font-family: 'DejaVu Sans', 'Liberation Sans', sans-serif }
  h1 { font-size: 20pt; line-height: 1.2; margin: 10mm 0 2mm; color: #12324f }
  h2 { font-size: 11.5pt; margin: 6mm 0 1.5mm; color: #12324f; break-after: avoid }
  p, li { margin: 0 0 2mm; text-align: justify; hyphens: auto }
  ol { padding-left: 6mm; margin: 0 }
  .brand { display: flex; justify-content: space-between; border-bottom: 1.2pt solid #12324f; padding-bottom: 3mm }
  .brand b { font-size: 13pt; color: #12324f } .brand span { font-size: 8pt; color: #556; text-align: right }
  .lead { color: #445; margin-bottom: 6mm }
  table { width: 100%; border-collapse: collapse; margin: 2mm 0 4mm; break-inside: avoid; font-size: 9.5pt }
  th, td { text-align: left; vertical-align: top; padding: 1.6mm 2mm; border-bottom: .4pt solid #b8c2cc }
  thead th { background: #e8eef4; border-bottom: .8pt solid #12324f; font-size: 8.5pt }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
  .signatures { display: flex; gap: 12mm; margin-top: 14mm; break-inside: avoid }
  .signatures div { flex: 1; border-top: .6pt solid #1c2430; padding-top: 2mm; font-size: 9pt }
  .label { font-size: 8pt; color: #556 }
  figure { margin: 4mm 0; break-inside: avoid } figcaption { font-size: 8.5pt; color: #445; margin-top: 1.5mm }
  img { width: 100%; display: block; border-radius: 1.5mm }
`
