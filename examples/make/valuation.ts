/** Makes ../valuation-report.pdf: more than 1 MB, with pictures that a page script draws and Chromium prints. */
import { print, style } from './chromium.ts'
import { drawScenes } from './scenes.ts'

const comparisons: readonly (readonly [string, string, string, string])[] = [
  ['3 Orchard Lane', '124 m²', 'May', '398,000 EUR'],
  ['17 Mill Street', '131 m²', 'March', '412,500 EUR'],
  ['5 Chapel Hill', '118 m²', 'July', '371,000 EUR'],
]

const pictures: readonly (readonly [string, string])[] = [
  ['street', 'The house from Orchard Lane, looking north. The front was painted two years ago.'],
  ['garden', 'The garden side in the evening. The terrace is paved and drains away from the building.'],
  ['valley', 'The surroundings: open land to the west, the town centre is 900 m away.'],
]

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Valuation report 2026-0417</title>
<style>${style}</style></head><body>
<div class="brand"><b>Meridian Valley Bank</b><span>Mortgage department<br>Report 2026-0417</span></div>
<h1>Valuation of a family house</h1>
<p class="lead">8 Orchard Lane, 602 00 Weston, prepared as security for mortgage 8800173306.</p>
<h2>Result</h2>
<table><tbody>
<tr><th scope="row">Market value</th><td class="number">404,000 EUR</td></tr>
<tr><th scope="row">Value as security</th><td class="number">343,000 EUR</td></tr>
<tr><th scope="row">Usable area</th><td class="number">127 m²</td></tr>
<tr><th scope="row">Plot</th><td class="number">612 m²</td></tr>
</tbody></table>
<p>The value was found by comparison with three sales in the same part of the town during the last year, adjusted for area,
state of repair and the size of the plot. The building was inspected inside and outside; no defect was seen that would
reduce its use. The owner has shown the energy certificate (class B) and the approval of the extension.</p>
<h2>Comparable sales</h2>
<table><thead><tr><th scope="col">Address</th><th scope="col" class="number">Area</th><th scope="col">Sold in</th><th scope="col" class="number">Price</th></tr></thead><tbody>
${comparisons.map(([address, area, month, price]) => `<tr><td>${address}</td><td class="number">${area}</td><td>${month}</td><td class="number">${price}</td></tr>`).join('\n')}
</tbody></table>
<h2>Pictures</h2>
${pictures.map(([id, caption]) => `<figure><img id="${id}" alt="${caption}"><figcaption>${caption}</figcaption></figure>`).join('\n')}
<h2>Declaration</h2>
<p>By signing, the owner confirms that the facts given to the valuer are complete and true, and that the house has no
tenant and no burden other than those entered in the land register.</p>
<div class="signatures"><div>Alice Novak<br><span class="label">the owner</span></div>
<div>Jonas Weiss<br><span class="label">the valuer, signed separately</span></div></div>
<script>globalThis.drawn = (${drawScenes.toString()})()</script>
</body></html>`

await print({
  html,
  footer: 'Meridian Valley Bank · Valuation report 2026-0417',
  file: new URL('../valuation-report.pdf', import.meta.url),
})
