/** Deflates to zlib data (RFC 1950). */
export type Deflate = (data: Uint8Array) => Promise<Uint8Array>

/** By the platform's CompressionStream, which browsers and Node have alike: its bytes may differ from one platform to another. */
export const platformDeflate: Deflate = async (data) => {
  const stream = new Blob([new Uint8Array(data)]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
