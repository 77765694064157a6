/** What only Node has: files, and a faster inflate. */
export { type FileSource, fileSource, zlibInflate } from '@cloudsigner/pdf/node'
