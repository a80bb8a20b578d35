/** Adding, changing, disabling and deleting people, put to a real server, and the question whether one may. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startVisage, type Visage } from '../../src/visage.ts'
import {
  accountPermissions,
  addAccount,
  changeAccount,
  deleteAccount,
  switchAccount,
} from '../../web/src/graph/accounts.ts'
import { createGraph, type Graph } from '../../web/src/graph/graph.ts'
import { askMayAdminister } from '../../web/src/graph/may-administer.ts'
import { readSomeone } from '../../web/src/graph/person.ts'
import { en } from '../../web/src/words/en.ts'
import { explainProblem } from '../../web/src/words/explain-problem.ts'

const bob = 'bob@visage.example'

describe('accounts', () => {
  let visage: Visage
  let admin: Graph
  const graphFor = async (user: string, scopes: readonly string[]): Promise<Graph> => {
    const token = await visage.token({ user, scopes: [...scopes] })
    return createGraph({ base: visage.url, fetch, tokenFor: async () => token })
  }
  const read = (id: string) => readSomeone(admin, id, new AbortController().signal)
  before(async () => {
    visage = await startVisage()
    admin = await graphFor('umut', [...accountPermissions, 'User.ReadBasic.All'])
  })
  after(async () => await visage.close())

  test('are added, changed, disabled, enabled and deleted', async () => {
    const id = await addAccount(admin, {
      displayName: 'Ada Lovelace',
      userPrincipalName: 'ada@visage.example',
      jobTitle: 'Analyst',
    })
    await changeAccount(admin, id, { jobTitle: null, surname: 'Lovelace' })
    const { title, surname, account } = (await read('ada@visage.example')) ?? {}
    assert.deepEqual(
      { title, surname, account },
      {
        title: undefined,
        surname: 'Lovelace',
        account: 'enabled',
      },
    )
    await switchAccount(admin, id, 'disabled')
    assert.equal((await read(id))?.account, 'disabled')
    await switchAccount(admin, id, 'enabled')
    assert.equal((await read(id))?.account, 'enabled')
    await deleteAccount(admin, id)
    assert.equal(await read(id), undefined)
  })

  test('may be changed by an administrator, and the question changes nothing', async () => {
    const former = await read(bob)
    assert.ok(former)
    assert.equal(await askMayAdminister(admin, 'users', bob), undefined)
    assert.equal(await askMayAdminister(admin, 'users', undefined), undefined)
    assert.deepEqual(await read(bob), former)
  })

  for (const id of [bob, undefined]) {
    test(`of others need a role: ${id ?? 'somebody new'}`, async () => {
      const problem = await askMayAdminister(
        await graphFor('alice', accountPermissions),
        'users',
        id,
      )
      assert.match(
        explainProblem(en, problem),
        /One of these roles is needed: .*User Administrator/,
      )
    })
  }

  test('need a permission', async () => {
    const problem = await askMayAdminister(await graphFor('umut', ['User.ReadWrite']), 'users', bob)
    assert.match(explainProblem(en, problem), /Needed: .*User\.ReadWrite\.All/)
  })
})
