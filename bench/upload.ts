/**
 * PUTs of pictures, a few at the same time. What an answer means is left to whoever asks.
 */
import { Agent, request } from 'node:http'

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
