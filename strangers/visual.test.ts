/** Visible signatures at level B-T, placed as the contract says: what validators and checkers of PDF say of them. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { enrolledDevice, sign } from './device.ts'
import { type ExampleName, exampleNames } from './examples.ts'
import { once } from './lifetime.ts'
import { run } from './process.ts'
import { scratch, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'
import { cloudsignerValidate, dss, pdfsig, pyhanko, qpdfCheck, veraPdf } from './validators.ts'

const client = ['java', 'powerauthClient'] as const
const root = async () => (await stack()).ca.trustRoot

/** A disc on a transparent ground. */
function logo(): Buffer {
  const size = 64
  const chunk = (type: string, body: Uint8Array): Buffer => {
    const content = Buffer.concat([Buffer.from(type, 'latin1'), body])
    const numbers = Buffer.alloc(8)
    numbers.writeUInt32BE(body.length)
    numbers.writeUInt32BE(crc32(content), 4)
    return Buffer.concat([numbers.subarray(0, 4), content, numbers.subarray(4)])
  }
  const rows = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_, x) => {
      const inside = Math.hypot(x - size / 2, y - size / 2) < size / 2
      return [20, 90, 160, inside ? 255 : 0]
    }).flat(),
  ])
  const header = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 6, 0, 0, 0])
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(Uint8Array.from(rows.flat()))
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

const visualSignature = {
  image: logo().toString('base64'),
  imageScaling: 'ZOOM_AND_CENTER',
  alignmentHorizontal: 'RIGHT',
  alignmentVertical: 'BOTTOM',
  fieldParameters: { originX: 30, originY: 20, width: 180, height: 44, rotation: 'AUTOMATIC' },
  textParameters: { text: 'Podepsala Žofie Nováková\n25. 11. 2026', textWrapping: 'FILL_BOX', padding: 2 },
}

interface Signed {
  readonly original: string
  readonly signed: string
}

const signedOnce = new Map(exampleNames.map((name) => [name, once(() => signVisibly(name))]))

async function signVisibly(name: ExampleName): Promise<Signed> {
  const original = join(repositoryRoot, 'examples', name)
  const signed = join(await scratch(), `visible-${name}`)
  const options = { visualSignature, signatureLevel: 'PADES_B_T' } as const
  await writeFile(signed, await sign(await enrolledDevice(), original, options))
  return { original, signed }
}

function visible(name: ExampleName): Promise<Signed> {
  const made = signedOnce.get(name)
  if (!made) throw new Error(`no example ${name}`)
  return made()
}

for (const name of exampleNames) {
  strangerTest(
    `pdfsig: ${name}, visible and B-T, is valid, trusted, signed whole`,
    [...client, 'pdfsig', 'certutil'],
    async () => {
      const report = await pdfsig((await visible(name)).signed)
      assert.ok(report.signatureValid && report.certificateTrusted && report.wholeFile, report.said)
    },
  )

  strangerTest(`pyHanko: ${name}, visible, is B-T`, [...client, 'pyhanko'], async () => {
    const [report] = await pyhanko(await root(), [(await visible(name)).signed])
    const [signature] = report?.signatures ?? []
    assert.equal(signature?.bottomLine, true, JSON.stringify(report))
    assert.deepEqual([signature.padesLevel, signature.coverage], ['B-T', 'ENTIRE_FILE'])
  })

  strangerTest(`EU DSS, online: ${name}, visible, is PAdES-BASELINE-T`, [...client, 'dss'], async () => {
    const [signature] = (await dss(await root(), (await visible(name)).signed)).signatures
    assert.equal(signature?.indication, 'TOTAL_PASSED', JSON.stringify(signature))
    assert.equal(signature.level, 'PAdES-BASELINE-T')
    assert.deepEqual(
      signature.timestamps.map(({ type, indication }) => [type, indication]),
      [['SIGNATURE_TIMESTAMP', 'PASSED']],
    )
    assert.deepEqual([signature.errors, signature.warnings], [[], []])
  })

  strangerTest(`qpdf finds nothing in ${name}, visibly signed`, [...client, 'qpdf'], async () => {
    const { code, said } = await qpdfCheck((await visible(name)).signed)
    assert.equal(code, 0, said)
  })

  strangerTest(`our own validator says B-T of ${name}`, client, async () => {
    const { code, reports } = await cloudsignerValidate(await root(), [(await visible(name)).signed])
    const [signature] = reports[0]?.signatures ?? []
    assert.deepEqual(
      [
        signature?.indication,
        signature?.level,
        signature?.timestamps.map(({ type, indication }) => [type, indication]),
      ],
      ['TOTAL_PASSED', 'B-T', [['SIGNATURE_TIMESTAMP', 'TOTAL_PASSED']]],
      JSON.stringify(reports),
    )
    assert.equal(code, 0)
  })
}

strangerTest('veraPDF: the PDF/A example stays PDF/A-2b with a visible signature', [...client, 'dss'], async () => {
  const report = await veraPdf((await visible('consumer-loan.pdf')).signed)
  assert.deepEqual(report.declared, ['2b'])
  assert.equal(report.compliant, true, JSON.stringify(report.results))
})

strangerTest('Poppler draws the signature in its place, and nothing anywhere else', [...client, 'pdfsig'], async () => {
  const { original, signed } = await visible('consumer-loan.pdf')
  const [before, after] = [await drawn(original), await drawn(signed)]
  const changed: { x: number; y: number }[] = []
  for (let y = 0; y < before.height; y++)
    for (let x = 0; x < before.width; x++) {
      const at = before.start + (y * before.width + x) * 3
      if (!before.bytes.subarray(at, at + 3).equals(after.bytes.subarray(at, at + 3))) changed.push({ x, y })
    }
  assert.ok(changed.length > 500, `${changed.length} pixels differ`)
  // At 72 dots per inch a pixel is a point.
  for (const { x, y } of changed) {
    assert.ok(x >= before.width - 211 && x <= before.width - 29, `x ${x} of ${before.width}`)
    assert.ok(y >= before.height - 65 && y <= before.height - 19, `y ${y} of ${before.height}`)
  }
})

/** The first page as a PPM. */
async function drawn(file: string) {
  const path = join(await scratch(), `drawn-${basename(file)}`)
  const { code, stderr } = await run('pdftoppm', ['-r', '72', '-f', '1', '-l', '1', '-singlefile', file, path])
  assert.equal(code, 0, stderr)
  const bytes = await readFile(`${path}.ppm`)
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString('latin1'))
  assert.ok(header)
  return { bytes, width: Number(header[1]), height: Number(header[2]), start: header[0].length }
}
