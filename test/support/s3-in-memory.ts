/**
 * The part of S3 that Visage uses, in memory, for tests that only need a store. test/storage/s3.long.ts
 * tests real stores.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type S3InMemory = AsyncDisposable &
  Readonly<{
    /** s3://photos/visage at this store. */
    address: string
    /** Keys of AWS's environment; any would do. */
    env: Readonly<Record<string, string>>
    keys: () => readonly string[]
  }>

export async function startS3InMemory(): Promise<S3InMemory> {
  const objects = new Map<string, Buffer>()
  const server = createServer((request, response) => void answer(objects, request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `s3://photos/visage?endpoint=http://127.0.0.1:${port}&region=us-east-1`,
    env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    keys: () => [...objects.keys()],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(
  objects: Map<string, Buffer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any')
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
  const bytes = objects.get(key)
  if (key === '') {
    const prefix = searchParams.get('prefix') ?? ''
    return void response.end(request.method === 'GET' ? list(objects, prefix) : undefined)
  }
  if (request.method === 'PUT') {
    objects.set(key, unframed(request, Buffer.concat(await request.toArray())))
    response.setHeader('etag', '"any"')
  } else if (request.method === 'DELETE') objects.delete(key)
  else if (bytes === undefined) response.statusCode = 404
  else return sendRange(bytes, request, response)
  response.end()
}

/** The SDK may send chunks, each after a line with its length. */
function unframed({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (!String(headers['content-encoding']).includes('aws-chunked')) return body
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(length > 0)) return Buffer.concat(chunks)
    chunks.push(body.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}

function sendRange(bytes: Buffer, { headers, method }: IncomingMessage, response: ServerResponse) {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1)
  response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length })
  response.end(method === 'HEAD' ? undefined : part)
}

function list(objects: Map<string, Buffer>, prefix: string): string {
  const contents = [...objects].flatMap(([key, bytes]) =>
    key.startsWith(prefix)
      ? `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`
      : [],
  )
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`
}
