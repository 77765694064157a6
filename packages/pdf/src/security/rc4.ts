/** RC4, which no platform offers any more: to read documents that were encrypted with it, never to protect anything anew. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const at = (index: number): number => state[index & 0xff] ?? 0
  const swap = (a: number, b: number): void => {
    const kept = at(a)
    state[a & 0xff] = at(b)
    state[b & 0xff] = kept
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 0xff
    swap(i, j)
  }
  const output = new Uint8Array(data.length)
  for (let position = 0, i = 0, j = 0; position < data.length; position++) {
    i = (i + 1) & 0xff
    j = (j + at(i)) & 0xff
    swap(i, j)
    output[position] = (data[position] ?? 0) ^ at(at(i) + at(j))
  }
  return output
}
