/**
 * Sends PUTs of pictures, a few at the same time, and measures their cost. The caller checks the answers.
 */
import { Agent, request } from 'node:http'
import type { Running } from './child.ts'
import { type Costs, cpuSecondsOf } from './load.ts'
import { userAt } from './population.ts'
import { stamp } from './stamp.ts'

export type Answer = Readonly<{ status: number; retryAfter: string | undefined; body: string }>

export type Uploader = Readonly<{
  put: (userId: string, picture: Uint8Array) => Promise<Answer>
  close: () => void
}>

export function createUploader(origin: string, token: string): Uploader {
  const agent = new Agent({ keepAlive: true })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' }
  const put = (userId: string, picture: Uint8Array): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const url = `${origin}/v1.0/users/${userId}/photo/$value`
      const length = { 'content-length': picture.length }
      const sending = request(url, { method: 'PUT', agent, headers: { ...headers, ...length } })
      sending.on('error', reject).on('response', response => {
        const chunks: Buffer[] = []
        response.on('data', chunk => chunks.push(chunk)).on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body: Buffer.concat(chunks).toString(),
          }),
        )
      })
      sending.end(picture)
    })
  return { put, close: () => agent.destroy() }
}

/** Enough that the next picture waits when one is done. */
const inFlight = 4
/** The owners of the photos: the population of writers. */
export const writers = 1000

/** Unique for this run: a picture that was set before would be recognised without work. */
const runName = Date.now().toString(36)
let uploaded = 0

/**
 * Sets this many photos, each with other bytes and for another person. A server that is listed twice gets two clients,
 * as in `costsOfLoad`.
 */
export async function costsOfUploads(
  servers: readonly Running[],
  token: string,
  picture: Buffer,
  count: number,
): Promise<Costs> {
  const before = await cpuSecondsOf(servers)
  const startedAt = performance.now()
  let left = count
  const uploadInTurn = async ({ put }: Uploader) => {
    while (left-- > 0) {
      const number = uploaded++
      const { id } = userAt(number % writers)
      const { status, body } = await put(id, stamp(picture, `${runName} ${number}`))
      if (status !== 200) throw new Error(`PUT answered ${status}: ${body}`)
    }
  }
  const uploaders = servers.map(({ origin }) => createUploader(origin, token))
  const turns = Array.from({ length: inFlight / servers.length }, () => uploaders.map(uploadInTurn))
  await Promise.all(turns.flat())
  const seconds = (performance.now() - startedAt) / 1000
  for (const { close } of uploaders) close()
  const cpuSeconds = (await cpuSecondsOf(servers)) - before
  return { perSecond: count / seconds, cpuSeconds: cpuSeconds / count, answers: count }
}
