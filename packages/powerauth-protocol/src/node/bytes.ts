/** Plain bytes of their own: a Buffer would bring other methods and perhaps a shared pool. */
export function bytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer)
}
