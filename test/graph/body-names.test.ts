/** The names of properties in bodies, which are read in any case. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { errorOf, type Json, jsonOf, type Stand, startStand } from './stand.ts'

describe('the name of a property in a body', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())
  const send = (method: string, url: string, body: Json) =>
    stand.ask({ method, url, body, headers: { 'content-type': 'application/json' } })

  const read = async (url: string) => jsonOf(await stand.ask({ url }))

  test('is read in any case, of contacts and their addresses', async () => {
    const made = await send('POST', '/v1.0/me/contacts', {
      GivenName: 'Pavel',
      surName: 'Bansky',
      EMAILADDRESSES: [{ Address: 'pavel@fabrikam.example', NAME: 'Pavel' }],
    })
    const { id, surname, emailAddresses } = jsonOf(made)
    assert.deepEqual(
      [made.status, surname, emailAddresses],
      [201, 'Bansky', [{ address: 'pavel@fabrikam.example', name: 'Pavel' }]],
    )
    const url = `/v1.0/me/contacts/${id}`
    await send('PATCH', url, { SURNAME: null })
    assert.equal((await read(url)).surname, null)
  })

  test('is read in any case, of people, groups, references and settings', async () => {
    const user = await send('POST', '/v1.0/users', {
      AccountEnabled: true,
      DisplayName: 'Case',
      MailNickname: 'case',
      UserPrincipalName: 'case@visage.example',
      PasswordProfile: { password: 'secret' },
    })
    const { id } = jsonOf(user)
    assert.equal(user.status, 201)
    const address = `${stand.origin}/v1.0/users/${id}`
    const group = await send('POST', '/v1.0/groups', {
      displayname: 'Case',
      MAILENABLED: false,
      mailnickname: 'case',
      SecurityEnabled: true,
      'Members@OData.Bind': [address],
    })
    assert.equal(group.status, 201)
    const { value } = await read(`/v1.0/groups/${jsonOf(group).id}/members`)
    assert.deepEqual(
      (value as Json[]).map(member => member.id),
      [id],
    )
    const manager = { '@OData.Id': `${stand.origin}/v1.0/users/alice@visage.example` }
    assert.equal((await send('PUT', `/v1.0/users/${id}/manager/$ref`, manager)).status, 204)
    const settings = '/beta/admin/people/photoUpdateSettings'
    assert.equal((await send('PATCH', settings, { Source: 'cloud' })).status, 200)
    assert.equal((await read(settings)).source, 'cloud')
  })

  test('is refused where it is there twice, or unknown', async () => {
    const says = async (body: Json) => {
      const { status, message } = errorOf(await send('PATCH', '/v1.0/me', body))
      return `${status} ${message}`
    }
    assert.match(await says({ jobTitle: 'a', JobTitle: 'b' }), /^400 .*jobTitle is there twice/)
    assert.match(await says({ 'manager@odata.Bind': 'x' }), /^400 .*manager@odata.Bind/)
    assert.match(await says({ __PROTO__: 'x' }), /^400 .*__PROTO__/)
  })
})
