/** A document time-stamp (ETSI EN 319 142-1 §5.4.3): a revision whose Contents is a token over all the rest of the file. */
import { type PdfDocument, RevisionBuilder } from '@cloudsigner/pdf'
import type { CryptoProvider, HashAlgorithm, IncrementalHash } from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import { chooseTimestampField, placeField } from '../sign/field.ts'
import { fillByteRange, fillContents, fitsContents } from '../sign/holes.ts'
import { timestampDictionary } from '../sign/signature-dictionary.ts'
import { identifiedBy } from '../sign/source-hash.ts'
import {
  probeTimeStampBytes,
  requestTimeStampOf,
  type TimeStampRetry,
  type TimeStampTransport,
} from '../timestamp/request.ts'

export interface StampOptions {
  readonly crypto: CryptoProvider
  /** Of the imprint. */
  readonly hashAlgorithm: HashAlgorithm
  readonly transport: TimeStampTransport | readonly TimeStampTransport[]
  readonly retry?: TimeStampRetry
}

/** Nothing is approved by anyone here, so that a token too large only means to lay out anew with more room. */
const maxLayouts = 3

/**
 * The revision, filled; `sourceHash` is that of the whole file and is left as it was.
 * PadesError 'timestamp_…' and what the document forbids.
 */
export async function writeDocumentTimestamp(
  document: PdfDocument,
  sourceHash: IncrementalHash,
  options: StampOptions,
): Promise<Uint8Array> {
  let room = await probeTimeStampBytes(options)
  for (let layout = 0; layout < maxLayouts; layout++) {
    const { bytes, contents } = await layOut(document, sourceHash, room, options)
    const hash = sourceHash.copy()
    hash.update(bytes.subarray(0, contents.offset))
    hash.update(bytes.subarray(contents.offset + contents.length))
    const token = await requestTimeStampOf(hash.digest(), options)
    if (fitsContents(contents, token)) return fillContents(bytes, contents, token)
    room = token.length + room
  }
  throw new PadesError('timestamp_too_large')
}

async function layOut(document: PdfDocument, sourceHash: IncrementalHash, room: number, { crypto }: StampOptions) {
  const field = await chooseTimestampField(document)
  const builder = new RevisionBuilder(document)
  const stamp = builder.add(timestampDictionary(room))
  await placeField(document, builder, field, stamp, null, { crypto })
  const revision = await builder.finish(identifiedBy(sourceHash, crypto))
  return { bytes: revision.bytes, contents: fillByteRange(document.source.size, revision).contents }
}
