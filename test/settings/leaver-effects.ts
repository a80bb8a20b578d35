/** Table: the effects of the settings about people who leave. */
import assert from 'node:assert/strict'
import { v2App } from '../support/test-issuer.ts'
import type { Effect } from './effects.ts'
import { issOf, smallPicture } from './stand.ts'

export const leaverEffects = {
  async leavers({ serve, issuer }) {
    const application = (role: string) => v2App(Date.now(), { iss: issOf(issuer), roles: [role] })
    const status = async (text: string) => {
      const { visage, headersFor, get } = await serve(text)
      const headers = headersFor(application('User.ReadWrite.All'))
      const person = {
        accountEnabled: false,
        displayName: 'Anna',
        mailNickname: 'anna',
        userPrincipalName: 'anna@leavers.example',
      }
      const users = `${visage.origin}/v1.0/users`
      const json = { ...headers, 'content-type': 'application/json' }
      const body = JSON.stringify(person)
      const made = await fetch(users, { method: 'POST', headers: json, body })
      assert.equal(made.status, 201)
      const path = '/v1.0/users/anna@leavers.example/photo/$value'
      const picture = { ...headers, 'content-type': 'image/jpeg' }
      const put = { method: 'PUT', headers: picture, body: Uint8Array.from(smallPicture) }
      assert.equal((await fetch(`${visage.origin}${path}`, put)).status, 200)
      return (await get(path, application('User.Read.All'))).status
    }
    assert.deepEqual([await status('hide'), await status('show')], [404, 200])
  },
} as const satisfies Record<string, Effect>
