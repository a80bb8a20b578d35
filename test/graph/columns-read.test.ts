/** The statements of a GET of a photo, and the columns that they read: each one costs every answer. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { portraitJpeg } from '../support/pictures.ts'
import { anna, ben, group, idOf, type Leavers, startLeavers } from './leavers-stand.ts'

const photo = ['version', 'upload_hash', 'renditions', 'updated_at']
const person = ['tenant_id', 'id', 'user_principal_name_key', 'names_at', 'is_active']
/** The names are null where the photo proves its owner. */
const byPhoto = ['user_principal_name_key', 'names_at', 'tenant_id', 'id', 'is_active']
const names = ['user_principal_name', 'display_name', 'given_name', 'surname', 'mail']
const caller = ['caller_id', 'caller_state']
const inGroup = ['tenant_id', 'id', 'is_unified', 'is_team']

describe('a GET', () => {
  let stand: Leavers
  before(async () => {
    stand = await startLeavers()
    const body = new Uint8Array(await portraitJpeg({ width: 200, height: 200, seed: 1 }))
    for (const at of ['/me', `/groups/${group}`]) {
      const path = `${at}/photo/$value`
      const { status } = await stand.ask(`/v1.0${path}`, stand.person(anna), {
        method: 'PUT',
        body,
      })
      assert.equal(status, 200)
    }
  })
  after(() => stand[Symbol.asyncDispose]())

  /** The columns of each statement. */
  async function readBy(token: string, path: string): Promise<string[][]> {
    stand.takeStatements()
    const { status } = await stand.ask(`/v1.0${path}`, token)
    assert.equal(status, 200)
    return stand.takeStatements().map(columnsOf)
  }

  const application = () => stand.application('ProfilePhoto.Read.All', 'User.Read.All')

  test("of another person's photo reads one row with what it needs, and the caller's state", async () => {
    const byId = await readBy(stand.person(ben), `/users/${anna}/photo/$value`)
    assert.deepEqual(byId, [[...photo, ...caller, ...byPhoto]])
    const byName = await readBy(stand.person(ben), '/users/anna@contoso.example/photo/$value')
    assert.deepEqual(byName, [[...person, ...photo, ...caller]])
  })

  test('by an application reads nothing about a caller', async () => {
    const byId = await readBy(application(), `/users/${anna}/photos/48x48/$value`)
    assert.deepEqual(byId, [[...photo, ...byPhoto]])
    const byName = await readBy(application(), '/users/anna@contoso.example/photos/48x48/$value')
    assert.deepEqual(byName, [[...person, ...photo]])
  })

  test("of the caller's own photo reads their row once, with the names that tokens change", async () => {
    for (const address of ['/me', `/users/${anna}`]) {
      const read = await readBy(stand.person(anna), `${address}/photo`)
      assert.deepEqual(read, [[...person, ...names, ...photo, 'linked_id']])
    }
  })

  test('of the caller by their own name shows the names of a newer token', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const dora = (name: string, iat: number) => stand.person(idOf('d'), { name, iat })
    const me = await stand.ask('/v1.0/me', dora('Dora', seconds - 60))
    assert.ok(me.json && typeof me.json === 'object' && 'userPrincipalName' in me.json)
    const at = `/v1.0/users/${me.json.userPrincipalName}`
    const { json } = await stand.ask(at, dora('Dora Newer', seconds - 30))
    assert.partialDeepStrictEqual(json, { id: idOf('d'), displayName: 'Dora Newer' })
  })

  test("of a group's photo reads one row with what it needs", async () => {
    const path = `/groups/${group}/photo/$value`
    assert.deepEqual(await readBy(application(), path), [[...inGroup, ...photo]])
    assert.deepEqual(await readBy(stand.person(ben), path), [[...inGroup, ...photo, ...caller]])
  })

  test('of a person or a group itself reads what it shows, in the same statement', async () => {
    const [user, ...moreOfUser] = await readBy(application(), `/users/${anna}`)
    assert.ok(names.every(name => user?.includes(name)))
    const [design, ...moreOfGroup] = await readBy(stand.person(ben), `/groups/${group}`)
    assert.ok(['display_name', 'visibility'].every(name => design?.includes(name)))
    assert.deepEqual([moreOfUser, moreOfGroup], [[], []])
    assert.ok(![...(user ?? []), ...(design ?? [])].includes('search_text'))
  })
})

/** Names of the columns in front of the outer `from`. */
function columnsOf(statement: string): string[] {
  const selected: string[] = []
  let depth = 0
  let column = ''
  for (const part of statement.replace(/^select /, '').split(/([(),]| from )/)) {
    if (part === '(') depth += 1
    if (part === ')') depth -= 1
    const isEnd = depth === 0 && (part === ',' || part === ' from ')
    if (isEnd) selected.push(column)
    if (isEnd && part === ' from ') break
    column = isEnd ? '' : column + part
  }
  return selected.map(text => /"(\w+)"$/.exec(text.trim())?.[1] ?? text)
}
