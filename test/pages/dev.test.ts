/** The page of `visage dev`: for this machine only, with its issuer, and unchanged addresses for the issuer and the orders. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { startVisage, type Visage } from '../../src/visage.ts'
import { builtPage } from '../support/page.ts'

let visage: Visage
before(async () => {
  await builtPage()
  visage = await startVisage({ photos: 'none' })
})
after(() => visage.close())

async function statusOf(path: string, host: string): Promise<number> {
  const request = get(visage.url + path, { headers: { host }, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

test('startVisage serves the page, and what it needs to sign in', async () => {
  for (const path of ['/', '/groups', '/requests', '/tokens', '/people/x']) {
    const { status, headers } = await fetch(visage.url + path)
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/html; charset=utf-8'], path)
  }
  const config = (await (await fetch(`${visage.url}/.well-known/visage.json`)).json()) as {
    issuer: string
    clientId: string
    scopes: Record<string, string>
  }
  assert.equal(config.scopes['User.ReadWrite'], 'https://graph.microsoft.com/User.ReadWrite')
  const discovery = await fetch(`${config.issuer}/.well-known/openid-configuration`)
  assert.equal(((await discovery.json()) as { issuer: string }).issuer, config.issuer)
})

test('its HTML names files that are there', async () => {
  const html = await (await fetch(`${visage.url}/people/x`)).text()
  const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '')
  assert.ok(names.length > 1, html)
  for (const name of names) {
    assert.match(name, /^\/assets\//)
    assert.equal((await fetch(visage.url + name)).status, 200, name)
  }
})

test('a name of another site that leads to this machine does not get it', async () => {
  const port = new URL(visage.url).port
  for (const path of ['/', '/people/x', '/.well-known/visage.json', '/assets/index-AAAAaaaa.js']) {
    assert.equal(await statusOf(path, `rebound.example:${port}`), 403, path)
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `app.localhost:${port}`]) {
    assert.equal(await statusOf('/', host), 200, host)
  }
  assert.equal(await statusOf('/elsewhere', `rebound.example:${port}`), 400)
})

test('its requests are not among those of the program that is tested', async () => {
  await visage.reset()
  await fetch(`${visage.url}/`)
  assert.deepEqual(visage.requests(), [])
})
