/** Table: the effects of the settings about people who leave. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { startServer } from '../../src/serving/server.ts'
import { readConfig } from '../../src/settings/config.ts'
import type { Texts } from '../../src/settings/table.ts'
import { contoso, ourAudience, type TestIssuer, v2App } from '../support/test-issuer.ts'
import type { Effect } from './effects.ts'
import { smallPicture, until } from './stand.ts'

/** Its tokens say that an application calls. */
const entra = { cloud: 'global', tenants: contoso } as const

export const leaverEffects = {
  async leavers({ serve }) {
    const application = (role: string) => v2App(Date.now(), { roles: [role] })
    const status = async (text: string) => {
      const { visage, headersFor, get } = await serve(text, entra)
      const headers = headersFor(application('User.ReadWrite.All'))
      const person = {
        accountEnabled: false,
        displayName: 'Anna',
        mailNickname: 'anna',
        userPrincipalName: `${text}@leavers.example`,
      }
      const users = `${visage.origin}/v1.0/users`
      const json = { ...headers, 'content-type': 'application/json' }
      const body = JSON.stringify(person)
      const made = await fetch(users, { method: 'POST', headers: json, body })
      assert.equal(made.status, 201)
      const path = `/v1.0/users/${text}@leavers.example/photo/$value`
      const picture = { ...headers, 'content-type': 'image/jpeg' }
      const put = { method: 'PUT', headers: picture, body: Uint8Array.from(smallPicture) }
      assert.equal((await fetch(`${visage.origin}${path}`, put)).status, 200)
      return (await get(path, application('User.Read.All'))).status
    }
    assert.deepEqual([await status('hide'), await status('show')], [404, 200])
  },
  /** Of days, so with a clock that can be moved. */
  async deletedDays({ cwd, issuer }) {
    await using stand = await serveWithClock(cwd, issuer, { deletedDays: '2' })
    assert.equal((await stand.asApp('DELETE', `/users/${stand.anna}`)).status, 204)
    await stand.looksAfter(1.9)
    assert.deepEqual(await stand.rows(), [stand.anna])
    await stand.looksAfter(2.1)
    assert.deepEqual(await stand.rows(), [])
  },
  async inactiveDays({ cwd, issuer }) {
    await using stand = await serveWithClock(cwd, issuer, { inactiveDays: '3', deletedDays: '0' })
    const path = `/users/${stand.anna}`
    assert.equal((await stand.asApp('PATCH', path, { accountEnabled: false })).status, 204)
    await stand.looksAfter(2.9)
    assert.equal((await stand.asApp('GET', path)).status, 200)
    await stand.looksAfter(3.1)
    assert.equal((await stand.asApp('GET', path)).status, 404)
    await stand.looksAfter(5000)
    assert.deepEqual(await stand.rows(), [stand.anna])
  },
} as const satisfies Record<string, Effect>

type Clocked = AsyncDisposable &
  Readonly<{
    /** The id of a person. */
    anna: string
    asApp: (method: string, path: string, json?: object) => Promise<Response>
    /** Resolves when the job has looked at people twice, so many days later. */
    looksAfter: (days: number) => Promise<void>
    /** Ids of all people, deleted or not. */
    rows: () => Promise<string[]>
  }>

async function serveWithClock(cwd: string, issuer: TestIssuer, texts: Texts): Promise<Clocked> {
  const base = { ...entra, audience: ourAudience, port: '0' }
  const config = readConfig({ ...base, data: join(cwd, 'data'), ...texts }, {})
  let aheadMs = 0
  let looks = 0
  const server = await startServer({
    ...config,
    limits: { ...config.limits, leaversEveryMs: 20 },
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    instruments: [{ lookedAtSources: () => (looks += 1) }],
    write: () => {},
    now: () => Date.now() + aheadMs,
  })
  const asApp = async (method: string, path: string, json?: object) => {
    const claims = v2App(Date.now() + aheadMs, {
      roles: ['User.ReadWrite.All'],
    })
    const headers = {
      authorization: `Bearer ${issuer.sign(claims)}`,
      'content-type': 'application/json',
    }
    const body = json && { body: JSON.stringify(json) }
    return await fetch(`${server.origin}/v1.0${path}`, { method, headers, ...body })
  }
  const made = await asApp('POST', '/users', {
    accountEnabled: true,
    displayName: 'Anna',
    mailNickname: 'anna',
    userPrincipalName: 'anna@leavers.example',
  })
  const { id: anna } = (await made.json()) as { id: string }
  return {
    anna,
    asApp,
    async looksAfter(days) {
      aheadMs = days * 86_400_000
      const from = looks
      await until(() => looks >= from + 2)
    },
    async rows() {
      const rows = await server.parts.database.selectFrom('users').select('id').execute()
      return rows.map(({ id }) => id)
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}
