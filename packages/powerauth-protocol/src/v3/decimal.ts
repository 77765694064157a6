/** Last 4 bytes, big endian, without the sign bit, modulo 10^digits: how the protocol shows a hash to people. */
export function decimal(hash: Uint8Array, digits: number): string {
  const tail = new DataView(hash.buffer, hash.byteOffset + hash.length - 4, 4).getUint32(0) & 0x7fffffff
  return (tail % 10 ** digits).toString().padStart(digits, '0')
}
