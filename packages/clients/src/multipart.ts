/** multipart/form-data (RFC 7578) written as a stream: fields first, the file last, nothing gathered in memory. */

/** A file as bytes, a Blob, or anything that yields chunks. */
export type FileContent = Uint8Array<ArrayBuffer> | Blob | AsyncIterable<Uint8Array>

export interface MultipartForm {
  readonly fields: Readonly<Record<string, string>>
  /** Parts of type application/json. */
  readonly json: Readonly<Record<string, unknown>>
  readonly file: { name: string; fileName: string; contentType: string; content: FileContent }
}

export function encodeMultipart(form: MultipartForm): { contentType: string; body: ReadableStream<Uint8Array> | Blob } {
  const boundary = `----cloudsigner${crypto.randomUUID()}`
  const text = (part: string) => new TextEncoder().encode(part)
  let head = ''
  for (const [name, value] of Object.entries(form.fields)) {
    head += `--${boundary}\r\n${disposition(name)}\r\n\r\n${value}\r\n`
  }
  for (const [name, value] of Object.entries(form.json)) {
    head += `--${boundary}\r\n${disposition(name)}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(value)}\r\n`
  }
  const { name, fileName, contentType, content } = form.file
  head += `--${boundary}\r\n${disposition(name, fileName)}\r\nContent-Type: ${contentType}\r\n\r\n`
  const tail = `\r\n--${boundary}--\r\n`

  const type = `multipart/form-data; boundary=${boundary}`
  if (content instanceof Uint8Array || content instanceof Blob) {
    return { contentType: type, body: new Blob([text(head), content, text(tail)]) }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield text(head)
    yield* content as AsyncIterable<Uint8Array>
    yield text(tail)
  }
  return { contentType: type, body: streamOf(chunks()) }
}

/** RFC 7578 §4.2, with the escapes that browsers send (HTML, "multipart/form-data encoding algorithm"). */
function disposition(name: string, fileName?: string): string {
  const quote = (value: string) => `"${value.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}"`
  const file = fileName === undefined ? '' : `; filename=${quote(fileName)}`
  return `Content-Disposition: form-data; name=${quote(name)}${file}`
}

/** A file as the body of a request. */
export function bodyOf(content: FileContent): BodyInit {
  return content instanceof Uint8Array || content instanceof Blob ? content : streamOf(content)
}

function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = content[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel() {
        await chunks.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
