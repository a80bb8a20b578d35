/** The log lines of changes of people and groups through Graph: ids and the source, no name and no mail address. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { createEvents } from '../../src/events.ts'
import { jsonOf, type Question, type Stand, startStand } from './stand.ts'

const ada = {
  accountEnabled: true,
  displayName: 'Ada Secret',
  mailNickname: 'secret',
  userPrincipalName: 'ada.secret@visage.example',
  mail: 'secret@mail.example',
}
const club = {
  displayName: 'Secret Club',
  mailNickname: 'secretclub',
  mailEnabled: true,
  securityEnabled: false,
  groupTypes: ['Unified'],
}

describe('a change through Graph', () => {
  let stand: Stand
  let token: string
  before(async () => {
    stand = await startStand()
    const scopes = ['User.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']
    token = await stand.mint({ person: 'alice', scopes, adminRoles: ['Global Administrator'] })
  })
  after(() => stand.stop())

  async function linesOf(method: string, path: string, body?: object) {
    const lines: Readonly<Record<string, unknown>>[] = []
    const events = createEvents((_severity, fields) => lines.push(fields), { level: 'info' })
    const headers = { 'content-type': 'application/json' }
    const question: Question = {
      method,
      url: `/v1.0${path}`,
      token,
      headers,
      ...(body && { body }),
    }
    const reply = await stand.ask(question, { ...stand.parts, events })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body}`)
    assert.doesNotMatch(JSON.stringify(lines), /secret|@/i)
    return { lines, reply }
  }

  async function create(path: string, body: object) {
    const { lines, reply } = await linesOf('POST', path, body)
    return { lines, id: String(jsonOf(reply).id) }
  }

  const reference = (id: string) => ({ '@odata.id': `${stand.origin}/v1.0/directoryObjects/${id}` })

  test('of a person is a line with what it did', async () => {
    const { lines, id } = await create('/users', ada)
    const line = (did: string) => ({
      event: 'person',
      did,
      tenantId,
      id,
      source: 'graph',
    })
    assert.deepEqual(lines, [line('created')])
    const manager = await create('/users', { ...ada, userPrincipalName: 'secret2@visage.example' })
    for (const [did, method, path, body] of [
      ['changed', 'PATCH', `/users/${id}`, { jobTitle: 'Secret' }],
      ['disabled', 'PATCH', `/users/${id}`, { accountEnabled: false }],
      ['enabled', 'PATCH', `/users/${id}`, { accountEnabled: true }],
      ['changed', 'PUT', `/users/${id}/manager/$ref`, reference(manager.id)],
      ['changed', 'DELETE', `/users/${id}/manager/$ref`, undefined],
      ['removed', 'DELETE', `/users/${id}`, undefined],
      ['restored', 'POST', `/directory/deletedItems/${id}/restore`, undefined],
    ] as const) {
      assert.deepEqual((await linesOf(method, path, body)).lines, [line(did)], `${method} ${path}`)
    }
  })

  test('of a group, its members and its owners is a line with what it did', async () => {
    const { lines, id } = await create('/groups', club)
    const line = (did: string, counts = {}) => ({
      event: 'group',
      did,
      tenantId,
      id,
      source: 'graph',
      ...counts,
    })
    assert.deepEqual(lines, [line('created')])
    const user = (await create('/users', { ...ada, userPrincipalName: 'secret3@visage.example' }))
      .id
    const added = { added: 1, removed: 0 }
    const removed = { added: 0, removed: 1 }
    for (const [wanted, method, path, body] of [
      [line('changed'), 'PATCH', '', { description: 'Secret' }],
      [line('members', added), 'POST', '/members/$ref', reference(user)],
      [line('members', removed), 'DELETE', `/members/${user}/$ref`, undefined],
      [line('owners', added), 'POST', '/owners/$ref', reference(user)],
      [line('owners', removed), 'DELETE', `/owners/${user}/$ref`, undefined],
      [line('removed'), 'DELETE', '', undefined],
    ] as const) {
      const { lines } = await linesOf(method, `/groups/${id}${path}`, body)
      assert.deepEqual(lines, [wanted], `${method} ${path}`)
    }
    const restored = await linesOf('POST', `/directory/deletedItems/${id}/restore`)
    assert.deepEqual(restored.lines, [line('restored')])
  })
})
