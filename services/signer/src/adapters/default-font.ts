import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const file = '@expo-google-fonts/pt-serif/400Regular/PTSerif_400Regular.ttf'

/** PT Serif (SIL Open Font License), with which the reference writes as well: Latin and Cyrillic, all of Europe's letters. */
export async function readDefaultFont(): Promise<Uint8Array> {
  return new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(file))))
}
