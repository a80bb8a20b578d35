/** The queries of a request for the roles of the signed-in person. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { addRoleMembers } from '../../src/directory/relations.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { type Stand, startStand } from './stand.ts'

const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

let stand: Stand
before(async () => {
  stand = await startStand()
})
after(() => stand.stop())

test("an administrator's roles are read once for a change with two checks", async () => {
  const token = await stand.mint({ person: 'bob', scopes: ['User.ReadWrite.All'] })
  const { body: me } = await stand.ask({ url: '/v1.0/me', token })
  const { id } = JSON.parse(String(me))
  const { tenantId } = await stand.parts.identify(`Bearer ${token}`)
  const members = [{ roleTemplateId: userAdministrator, userId: id }]
  await addRoleMembers(stand.parts.database, tenantId, members)
  const settings = '/beta/admin/people/photoUpdateSettings'
  const allowedRoles = [userAdministrator]
  const set = await stand.ask({ method: 'PATCH', url: settings, body: { allowedRoles } })
  assert.equal(set.status, 200)

  let reads = 0
  const database = stand.parts.database.withPlugin({
    transformQuery({ node }) {
      if (node.kind === 'SelectQueryNode' && JSON.stringify(node).includes('role_members')) reads++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const { body: users } = await stand.ask({ url: '/v1.0/users' })
  const other = JSON.parse(String(users)).value.find((one: { id: string }) => one.id !== id)
  const reply = await stand.ask(
    {
      method: 'PUT',
      url: `/v1.0/users/${other.id}/photo/$value`,
      token,
      body: await portraitJpeg({ width: 100, height: 100, seed: 1 }),
    },
    { ...stand.parts, database },
  )
  assert.deepEqual([reply.status, reads], [200, 1])
})
