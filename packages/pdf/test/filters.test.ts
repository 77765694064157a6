import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { bytesSource, openDocument, PdfStream, platformInflate, reference } from '@cloudsigner/pdf'
import { zlibInflate } from '@cloudsigner/pdf/node'
import { latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'
import fc from 'fast-check'

async function decode(dictionary: string, data: string): Promise<string> {
  const body = `<<${dictionary} /Length ${data.length}>>\nstream\n${data}\nendstream`
  const document = await openDocument(bytesSource(makePdf([...plainObjects, body])))
  const stream = await document.getObject(reference(4))
  assert.ok(stream instanceof PdfStream)
  return text(await document.readStream(stream))
}

const flate = (data: string | Uint8Array): string => text(deflateSync(data))

const decoded: readonly (readonly [string, string, string, string])[] = [
  ['no filter', '', 'abc', 'abc'],
  ['ASCIIHexDecode (7.4.2)', '/Filter /ASCIIHexDecode', '61 6263 7>', 'abcp'],
  ['ASCII85Decode (7.4.3)', '/Filter /ASCII85Decode', '87cURD]i,"Ebo80~>', 'Hello World!'],
  ['ASCII85Decode with z', '/Filter /A85', 'z87cUR~>', '\0\0\0\0Hell'],
  // The example of 7.4.4.2.
  ['LZWDecode (7.4.4)', '/Filter /LZWDecode', '\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01', '-----A---B'],
  ['RunLengthDecode (7.4.5)', '/Filter /RunLengthDecode', '\x02abc\xfed\x80', 'abcddd'],
  ['FlateDecode', '/Filter /FlateDecode', flate('hello'), 'hello'],
  ['FlateDecode with an end of line counted in', '/Filter /FlateDecode', `${flate('hello')}\r\n`, 'hello'],
  [
    'a chain of filters',
    '/Filter [/ASCIIHexDecode /FlateDecode]',
    Buffer.from(deflateSync('hi')).toString('hex'),
    'hi',
  ],
  [
    'PNG up',
    '/Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 3>>',
    flate(Uint8Array.of(2, 97, 97, 97, 2, 1, 2, 3)),
    'aaabcd',
  ],
  [
    'PNG sub, average and Paeth',
    '/Filter /FlateDecode /DecodeParms <</Predictor 15 /Columns 3>>',
    flate(Uint8Array.of(1, 97, 1, 1, 3, 49, 0, 0, 4, 1, 0, 0)),
    'abcaabbbb',
  ],
  [
    'TIFF',
    '/Filter /FlateDecode /DecodeParms <</Predictor 2 /Columns 3>>',
    flate(Uint8Array.of(97, 1, 1, 98, 1, 1)),
    'abcbcd',
  ],
]
for (const [what, dictionary, data, expected] of decoded)
  test(`decodes ${what}`, async () => assert.equal(await decode(dictionary, data), expected))

const refused: readonly (readonly [string, string, string, string])[] = [
  ['an unknown filter', '/Filter /JPXDecode', 'abc', 'filter_unsupported'],
  ['corrupt Flate data', '/Filter /FlateDecode', 'not zlib', 'filter_invalid'],
  ['Flate data cut short', '/Filter /FlateDecode', flate('hello hello').slice(0, 8), 'filter_invalid'],
  ['other characters in ASCIIHex', '/Filter /ASCIIHexDecode', '6x>', 'filter_invalid'],
  ['other characters in ASCII85', '/Filter /ASCII85Decode', 'ab\x7fcd~>', 'filter_invalid'],
  ['an ASCII85 group above 2^32 - 1', '/Filter /ASCII85Decode', 'uuuuu~>', 'filter_invalid'],
  ['an ASCII85 group of one digit', '/Filter /ASCII85Decode', '8~>', 'filter_invalid'],
  ['an LZW code that was not defined', '/Filter /LZWDecode', '\x80\x7f\xff', 'filter_invalid'],
  ['a run that is cut short', '/Filter /RunLengthDecode', '\x05ab', 'filter_invalid'],
  ['an unknown predictor', '/Filter /FlateDecode /DecodeParms <</Predictor 9>>', flate('abc'), 'filter_unsupported'],
  [
    'an unknown PNG row type',
    '/Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 2>>',
    flate(Uint8Array.of(7, 1, 1)),
    'filter_invalid',
  ],
  [
    'predictor parameters out of range',
    '/Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 0>>',
    flate('abc'),
    'filter_invalid',
  ],
]
for (const [what, dictionary, data, code] of refused)
  test(`refuses ${what}: ${code}`, () => assert.rejects(decode(dictionary, data), { name: 'PdfError', code }))

for (const [where, inflate] of Object.entries({ platform: platformInflate, zlib: zlibInflate })) {
  test(`${where}: what was deflated is inflated`, () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (data) => {
        assert.deepEqual(new Uint8Array(await inflate(new Uint8Array(deflateSync(data)), 5000)), data)
      }),
      { numRuns: 30 },
    ))
  test(`${where}: a bomb is stopped at the limit`, () =>
    assert.rejects(inflate(new Uint8Array(deflateSync(new Uint8Array(10_000_000))), 100_000), {
      code: 'stream_size_limit',
    }))
  test(`${where}: corrupt data is filter_invalid`, () =>
    assert.rejects(inflate(latin1('garbage'), 1000), { code: 'filter_invalid' }))
}
