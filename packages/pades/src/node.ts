/** What only Node has: files, a faster inflate, and ciphers for encrypted documents. */
export { type FileSource, fileSource, nodeCiphers, zlibInflate } from '@cloudsigner/pdf/node'
