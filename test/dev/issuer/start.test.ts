/**
 * Starting the issuer is fast and prints nothing.
 */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'

const source = (path: string) => new URL(`../../../src/dev/issuer/${path}`, import.meta.url).href

/** Prints one line at the end: whether and when the OAuth library was loaded. */
const program = `
import { createServer } from 'node:http'
import { registerHooks } from 'node:module'
let loaded = 0
registerHooks({ load(url, context, next) {
  if (url.includes('/oidc-provider/')) loaded++
  return next(url, context)
} })
const { createIssuer } = await import('${source('issuer.ts')}')
const tid = 'aaaabbbb-0000-4ccc-8ddd-1111eeee2222'
const person = { id: 'x', userPrincipalName: 'x@y.example', displayName: 'X' }
const server = createServer((req, res) => issuer.handle(req, res)).listen(0, '127.0.0.1')
await new Promise(resolve => server.on('listening', resolve))
const origin = 'http://127.0.0.1:' + server.address().port
const issuer = createIssuer({
  origin, tenants: [{ id: tid }], consent: { scopes: [], roles: [] },
  people: { findPerson: () => person, listPeople: () => [person] },
})
await issuer.mint({ person: 'x' })
await issuer.jwks()
const early = loaded
const ask = fields => fetch(origin + '/common/oauth2/v2.0/token', {
  method: 'POST', body: new URLSearchParams(fields) })
const client = { client_id: 'c', client_secret: 's' }
const scope = 'https://graph.microsoft.com/.default'
const token = await ask({ ...client, grant_type: 'client_credentials', scope })
await ask({ ...client, grant_type: 'nonsense' })
await fetch(origin + '/common/oauth2/v2.0/authorize?client_id=c')
await fetch(origin + '/common/oauth2/v2.0/nowhere')
await fetch(origin + '/common/oauth2/v2.0/authorize?response_type=code&client_id=c&scope=User.Read'
  + '&redirect_uri=http://localhost/')
const device = await fetch(origin + '/common/oauth2/v2.0/devicecode', {
  method: 'POST', body: new URLSearchParams({ ...client, scope: 'User.Read openid' }) })
await fetch((await device.json()).verification_uri)
await fetch(origin + '/common/oauth2/v2.0/logout')
console.log(JSON.stringify({ early, late: loaded > 0, status: token.status }))
server.closeAllConnections()
server.close()
`

describe('starting the issuer', () => {
  it('loads the OAuth library with the first OAuth request, and prints nothing', async () => {
    const args = ['--input-type=module', '--eval', program]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    assert.equal(stderr, '')
    assert.deepEqual(JSON.parse(stdout), { early: 0, late: true, status: 200 })
  })
})
