/**
 * A Graph that does what Visage never does: no ETag with the bytes, a GIF of one pixel for no photo, 200 without effect,
 * photos that are visible later, copies of 64 x 64. Photos are kept in memory; the rest is as simple as it can be.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'

export type Habits = Readonly<{
  /** 'in metadata' as Graph has it. */
  etag?: 'none' | 'in metadata'
  none?: '404' | '204' | 'gif'
  write?: 'works' | 'has no effect' | 'is 403'
  /** So many reads of a person still get the former photo. */
  lateReads?: number
  /** Every photo is made as small as for people without a mailbox. */
  side?: number
  /** People are listed in pages of this length. */
  pageLength?: number
  /** Where the next page is said to be. */
  nextRoot?: string
}>

type Stored = {
  photo: Buffer | undefined
  version: number
  former: Buffer | undefined
  reads: number
}

export type FakeGraph = AsyncDisposable &
  Readonly<{
    root: string
    photos: ReadonlyMap<string, Stored>
    /** Method and address of every request. */
    requests: readonly string[]
    set: (id: string, photo: Buffer) => void
  }>

const onePixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export async function startFakeGraph(
  people: readonly Readonly<Record<string, string>>[],
  habits: Habits = {},
): Promise<FakeGraph> {
  const photos = new Map<string, Stored>(
    people.map(({ id = '' }) => [
      id,
      { photo: undefined, version: 0, former: undefined, reads: 0 },
    ]),
  )
  const requests: string[] = []
  const set = (id: string, photo: Buffer) => {
    const stored = photos.get(id)
    if (stored === undefined) return
    photos.set(id, { photo, version: stored.version + 1, former: stored.photo, reads: 0 })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const url = new URL(request.url ?? '', 'http://fake')
    if (url.pathname === '/v1.0/users') return list(url, response)
    const [, id = '', rest = ''] = /^\/v1\.0\/users\/([^/]+)\/(.*)$/.exec(url.pathname) ?? []
    const stored = photos.get(id)
    if (stored === undefined) return refuse(response, 404, 'Request_ResourceNotFound')
    if (request.method === 'PUT') return await write(id, body, response)
    if (request.method === 'DELETE') {
      photos.set(id, { ...stored, photo: undefined, version: stored.version + 1 })
      return void response.writeHead(204).end()
    }
    read(stored, rest, response)
  }

  function list(url: URL, response: ServerResponse): void {
    const { pageLength = 1000, nextRoot } = habits
    const from = Number(url.searchParams.get('$skiptoken') ?? 0)
    const value = people.slice(from, from + pageLength)
    const next = new URL(url)
    next.searchParams.set('$skiptoken', String(from + pageLength))
    const link = `${nextRoot ?? root()}/v1.0/users${next.search}`
    const more = from + pageLength < people.length ? { '@odata.nextLink': link } : {}
    send(response, 200, { value, ...more })
  }

  async function write(id: string, body: Buffer, response: ServerResponse): Promise<void> {
    if (habits.write === 'is 403') return refuse(response, 403, 'Authorization_RequestDenied')
    if (habits.write !== 'has no effect') {
      const { side = 648 } = habits
      set(id, await sharp(body).resize(side, side).jpeg({ quality: 60 }).toBuffer())
    }
    response.writeHead(200).end()
  }

  function read(stored: Stored, rest: string, response: ServerResponse): void {
    const isLate = stored.version > 0 && stored.reads < (habits.lateReads ?? 0)
    if (rest.endsWith('$value')) stored.reads += 1
    const photo = isLate ? stored.former : stored.photo
    const etag = `W/"${stored.version - (isLate ? 1 : 0)}"`
    if (photo === undefined && habits.none === 'gif') {
      response.writeHead(200, { 'content-type': 'image/gif' }).end(onePixel)
    } else if (photo === undefined && habits.none === '204') response.writeHead(204).end()
    else if (photo === undefined) refuse(response, 404, 'ImageNotFound')
    else if (rest.endsWith('$value')) response.writeHead(200).end(photo)
    else send(response, 200, habits.etag === 'in metadata' ? { '@odata.mediaEtag': etag } : {})
  }

  const server = createServer((request, response) => void answer(request, response))
  const root = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    root: root(),
    ...{ photos, requests, set },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, status, { error: { code, message: `${code} said the fake` } })
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'request-id': 'fake-request' })
    .end(JSON.stringify(body))
}
