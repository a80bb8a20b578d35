/** A whole server with the page and one without: every address that is not the page's answers the same. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { PageSetup } from '../../src/pages/setup.ts'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { inTemporary, writePage } from './stand.ts'

const texts = { issuer: 'https://id.example/staff', audience: 'visage', port: '0' }

async function start(issuer: TestIssuer, page?: Omit<PageSetup, 'origin'>) {
  const config = readConfig(texts, {})
  return await startServer({
    ...config,
    data: undefined,
    identity: origin => ({
      trust: config.trust,
      fetch: issuer.fetch,
      page: page && { ...page, origin },
    }),
    write: () => {},
  })
}

/** The bytes as they are: a client would normalise these addresses. Without what differs at each request. */
async function answerTo(origin: string, method: string, target: string): Promise<string> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  socket.write(
    `${method} ${target} HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  await once(socket, 'close')
  return text
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'TIME')
    .replace(/^date: .*$/im, 'date')
}

const reads = [
  '//',
  '/.',
  '/*',
  '/index.html',
  '/favicon.ico',
  '/Groups',
  '/groups/',
  '/groups/x',
  '/people/',
  '/people/x/y',
  '/requests',
  '/tokens',
  '/%67roups',
  '/assets',
  '/assets/',
  '/assets/x',
  '/assets/..%2f',
  '/assets/../index.html',
  '/assets/%2e%2e/index.html',
  '/.well-known/',
  '/.well-known/openid-configuration',
  '/v1.0',
  '/v1.0/',
  '/v1.0/me',
  '/v1.0/people/x',
  '/beta/$metadata',
  '/scim/v2/Users',
  '/scim/v2/ServiceProviderConfig',
  '/healthz',
  '/_visage/token',
]
const ours = ['/', '/groups', '/people/x', '/assets/index-AAAAaaaa.js', '/.well-known/visage.json']

test('with the page, every other address and method answers as without it', () =>
  inTemporary(async folder => {
    await using issuer = await startTestIssuer()
    await writePage(folder)
    const page = {
      mode: 'serve',
      clientId: 'page',
      missing: 'being built',
      place: { folder },
    } as const
    const [withPage, without] = [await start(issuer, page), await start(issuer)]
    try {
      const both = async (method: string, target: string) =>
        await Promise.all([withPage, without].map(({ origin }) => answerTo(origin, method, target)))
      const asked = [
        ...reads.flatMap(path => [`GET ${path}`, `HEAD ${path}`]),
        ...ours.flatMap(path =>
          ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map(name => `${name} ${path}`),
        ),
      ]
      for (const line of asked) {
        const [method = '', target = ''] = line.split(' ')
        const [found, wanted] = await both(method, target)
        assert.equal(found, wanted, line)
      }
      for (const path of ours) {
        const [found, wanted] = await both('GET', path)
        assert.match(found ?? '', /^HTTP\/1\.1 200 /, path)
        assert.match(wanted ?? '', /^HTTP\/1\.1 400 /, path)
      }
    } finally {
      await Promise.all([withPage.close(), without.close()])
    }
  }))
