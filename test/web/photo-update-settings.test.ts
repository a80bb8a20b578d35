/** The rule on who may change photos, put to a real server, and what the page says of it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { builtInRoles } from '../../src/permissions/built-in-roles.ts'
import { startVisage, type Visage } from '../../src/visage.ts'
import { createGraph, type Graph } from '../../web/src/graph/graph.ts'
import {
  askMayChangeSettings,
  changeSettings,
  changesOf,
  defaults,
  isSame,
  readSettings,
  resetSettings,
} from '../../web/src/graph/photo-update-settings.ts'
import { roleNames } from '../../web/src/graph/role-names.ts'
import { idOfRole, listRoles, meaningOf, nameOfRole } from '../../web/src/views/role-choice.ts'
import { en } from '../../web/src/words/en.ts'
import { explainProblem } from '../../web/src/words/explain-problem.ts'
import { zh } from '../../web/src/words/zh.ts'

const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const global = '62e90394-69f5-4237-9190-012177145e10'
const onlyOne = { source: null, allowedRoles: [userAdministrator] } as const
const onPremises = { source: 'onPremises', allowedRoles: [] } as const

describe('the rule on who may change photos', () => {
  let visage: Visage
  before(async () => {
    visage = await startVisage()
  })
  after(async () => await visage.close())

  const graphFor = async (order: Parameters<Visage['token']>[0]): Promise<Graph> => {
    const token = await visage.token(order)
    return createGraph({ base: visage.url, fetch, tokenFor: async () => token })
  }
  const administrator = async () =>
    await graphFor({ app: true, roles: ['PeopleSettings.ReadWrite.All'] })

  test('is changed, read and set back', async () => {
    const graph = await administrator()
    assert.deepEqual(await readSettings(graph), defaults)
    assert.deepEqual(await changeSettings(graph, defaults, onlyOne), {
      outcome: 'done',
      settings: onlyOne,
    })
    assert.deepEqual(await readSettings(graph), onlyOne)
    assert.equal((await resetSettings(graph, onlyOne)).outcome, 'done')
    assert.deepEqual(await readSettings(graph), defaults)
  })

  test('is not overwritten where another administrator was quicker', async () => {
    const graph = await administrator()
    await changeSettings(graph, defaults, onlyOne)
    const theirs = { outcome: 'changed', settings: onlyOne }
    assert.deepEqual(await changeSettings(graph, defaults, onPremises), theirs)
    assert.deepEqual(await resetSettings(graph, onPremises), theirs)
    assert.deepEqual(await readSettings(graph), onlyOne)
    await resetSettings(graph, onlyOne)
  })

  test('is read by others, who learn which roles may change it, with an id to quote', async () => {
    const scopes = ['PeopleSettings.ReadWrite.All']
    const graph = await graphFor({ user: 'alice', scopes })
    assert.deepEqual(await readSettings(graph), defaults)
    const refusal = await askMayChangeSettings(graph)
    const roles = 'Global Administrator, People Administrator'
    assert.equal(explainProblem(en, refusal), en.problems.needsRole({ roles }))
    assert.ok(refusal?.requestId)
  })

  test('may be changed by an administrator, and the question changes nothing', async () => {
    const graph = await administrator()
    await changeSettings(graph, defaults, onlyOne)
    assert.equal(await askMayChangeSettings(graph), undefined)
    assert.deepEqual(await readSettings(graph), onlyOne)
    await resetSettings(graph, onlyOne)
  })

  test('without the permission is refused by the name of the permission', async () => {
    const graph = await graphFor({ user: 'alice', scopes: ['User.ReadWrite'] })
    const problem = await readSettings(graph).catch((error: unknown) => error)
    assert.match(explainProblem(en, problem), /PeopleSettings\.ReadWrite\.All/)
  })
})

test('an answer of another form is the default', async () => {
  for (const body of [null, [], 'text', { source: 7, allowedRoles: {} }, { allowedRoles: [1] }]) {
    const graph: Graph = { send: async () => Response.json(body) }
    assert.deepEqual(await readSettings(graph), defaults)
  }
})

test('only what differs is sent, and what does the same is no difference', () => {
  const cloud = { source: 'cloud', allowedRoles: [global, userAdministrator] } as const
  const same = { source: null, allowedRoles: [userAdministrator, global] } as const
  assert.ok(isSame(cloud, same))
  assert.deepEqual(changesOf(cloud, { ...same, source: 'onPremises' }), { source: 'onPremises' })
  assert.deepEqual(changesOf(cloud, onlyOne), { allowedRoles: [userAdministrator] })
  assert.deepEqual(changesOf(onPremises, defaults), { source: null })
})

describe('the roles', () => {
  test('are those of the server, each with a name of its own', () => {
    assert.deepEqual(roleNames, builtInRoles)
    for (const id of Object.keys(roleNames)) assert.equal(idOfRole(nameOfRole(id)), id)
  })

  test('that are chosen stay in sight while others are searched for', () => {
    assert.deepEqual(listRoles([userAdministrator], ' TEAMS ADMIN'), [
      'Teams Administrator',
      'User Administrator',
    ])
    assert.deepEqual(listRoles([], 'nothing'), [])
    assert.equal(listRoles([], '').length, Object.keys(roleNames).length)
  })

  test('that the page does not know are shown by their ids', () => {
    assert.deepEqual(listRoles(['new-role'], 'zzz'), ['new-role'])
    assert.equal(idOfRole('new-role'), 'new-role')
  })
})

describe('what the rule means', () => {
  const words = en.whoMayChange
  const cases = [
    { name: 'no roles is everyone', rule: defaults, says: words.everyone },
    { name: 'another source is nobody', rule: onPremises, says: words.nobody },
    {
      name: 'another source is nobody, whatever the roles',
      rule: { ...onlyOne, source: 'onPremises' as const },
      says: words.nobody,
    },
    {
      name: 'roles are named',
      rule: { source: null, allowedRoles: [userAdministrator, global] },
      says: words.onlyRoles({ roles: 'Global Administrator or User Administrator' }),
    },
    {
      name: 'very many roles are counted',
      rule: { source: null, allowedRoles: Object.keys(roleNames) },
      says: words.onlySomeRoles({ count: Object.keys(roleNames).length }),
    },
  ]
  for (const { name, rule, says } of cases) {
    test(name, () => assert.equal(meaningOf(words, rule, 'en'), says))
  }

  test('is said in Chinese, too', () => {
    const rule = { source: null, allowedRoles: [userAdministrator, global] }
    const roles = 'Global Administrator或User Administrator'
    assert.equal(meaningOf(zh.whoMayChange, rule, 'zh-CN'), zh.whoMayChange.onlyRoles({ roles }))
  })
})
