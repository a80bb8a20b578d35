/** The page behind a proxy that has Visage below a path, as VISAGE_BASE_URL says: the proxy removes the path. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import { findFreePort } from '../support/free-port.ts'
import { inTemporary, writePage } from './stand.ts'

async function startProxy(
  prefix: string,
  port: number,
): Promise<AsyncDisposable & Readonly<{ origin: string }>> {
  const server = createServer((asked, answer) => {
    const { method, headers, url = '' } = asked
    if (!url.startsWith(`${prefix}/`)) return void answer.writeHead(404).end()
    const path = url.slice(prefix.length)
    const further = request({ port, host: '127.0.0.1', method, path, headers }, found => {
      answer.writeHead(found.statusCode ?? 502, found.rawHeaders)
      found.pipe(answer)
    })
    asked.pipe(further)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('below a path, the page and its files are where the HTML says', () =>
  inTemporary(async folder => {
    await writePage(folder)
    const port = await findFreePort()
    await using proxy = await startProxy('/photos', port)
    const baseUrl = `${proxy.origin}/photos`
    const texts = {
      issuer: 'http://127.0.0.1:1/away',
      audience: 'visage',
      port: `${port}`,
      baseUrl,
    }
    const config = readConfig(texts, {})
    const server = await startServer({
      ...config,
      data: undefined,
      identity: origin => ({
        trust: config.trust,
        fetch,
        page: {
          mode: 'serve',
          clientId: 'page',
          origin,
          missing: 'being built',
          place: { folder },
        },
      }),
      write: () => {},
    })
    try {
      assert.equal(server.origin, baseUrl)
      const html = await (await fetch(`${baseUrl}/people/x`)).text()
      const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '')
      assert.equal(names.length, 2)
      for (const name of names) {
        assert.match(name, /^\/photos\/assets\//)
        assert.equal((await fetch(new URL(name, baseUrl))).status, 200, name)
      }
      assert.equal((await fetch(`${baseUrl}/.well-known/visage.json`)).status, 200)
      assert.equal((await fetch(`${baseUrl}/v1.0/me`)).status, 401)
    } finally {
      await server.close()
    }
  }))
