/**
 * Who signs in is who was provisioned, on any database. A database's own test calls describeSignIns with a way to open
 * an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { changeUser, deleteUser, putUser } from '../../src/directory/change-users.ts'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { prepareFindContact } from '../../src/directory/find-contact.ts'
import { addGroups } from '../../src/directory/groups.ts'
import { insertContact } from '../../src/directory/mailbox/contacts.ts'
import { insertFolder } from '../../src/directory/mailbox/folders.ts'
import { setManager } from '../../src/directory/people-of-group.ts'
import { addRoleMembers } from '../../src/directory/relations.ts'
import { joinPeople, type KeptPhoto } from '../../src/directory/sign-in/join-people.ts'
import { linkByHand, unlink } from '../../src/directory/sign-in/link-by-hand.ts'
import { linkByName } from '../../src/directory/sign-in/link-by-name.ts'
import { addSignedInUser, keepSignIn } from '../../src/directory/sign-in/sign-in.ts'
import { listSignInsOf } from '../../src/directory/sign-ins.ts'
import type { NewUser } from '../../src/directory/users.ts'
import { copyPointers, removeAllPointers } from '../../src/photos/pointer.ts'
import { listRetiredOf } from '../../src/photos/versions.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

const tenantId = 'one'
const issuer = 'https://issuer.example'
const graph = { source: 'graph', at: 1 } as const
const id = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a01'
const anna = { id, userPrincipalName: 'anna@example.org', displayName: 'Anna Adler' }

export function describeSignIns(name: string, open: () => Promise<Database>): void {
  describe(`who signs in, in ${name}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
    })
    beforeEach(async () => {
      await emptyDirectory(database)
      await removeAllPointers(database, new Set(), 1)
    })
    after(() => database.destroy())

    const now = () => 9
    const parts = () => ({ database, ...prepareWholeUsers(database), now })
    const named = (subject: string, vouchedName = 'Anna@example.org') => ({
      tenantId,
      issuer,
      id: subject,
      profile: { vouchedName, isVouchedFor: true, issuedAt: 5 },
    })
    const provision = (user: NewUser = anna) => putUser(database, tenantId, user, graph)
    const link = (subject: string, vouchedName?: string) =>
      linkByName({ database, now }, named(subject, vouchedName))
    const whoIs = async (subject: string, at = issuer) => {
      const caller = { issuer: at, callerId: subject }
      return (await prepareWholeUsers(database).findSelf(tenantId, caller))?.id
    }
    const linksOf = async (userId: string) =>
      (await listSignInsOf(database, tenantId, userId)).map(row => [row.subject, row.linked_by])
    const refused = (code: string) => (error: unknown) =>
      error instanceof Error && 'code' in error && error.code === code

    test('a new subject is linked to the person of its name, once, at its issuer alone', async () => {
      await provision()
      assert.equal((await link('00u1'))?.id, id)
      assert.equal(await whoIs('00u1'), id)
      assert.equal(await whoIs('00u1', 'https://other.example'), undefined)
      assert.equal(await link('00u1'), undefined)
      assert.deepEqual(await linksOf(id), [['00u1', 'name']])
    })

    for (const [what, make] of [
      ['is in another tenant', () => putUser(database, 'two', anna, graph)],
      ['came by signing in', () => addSignedInUser(parts(), named('anna'))],
      [
        'was deleted',
        async () => {
          await provision()
          await deleteUser(database, tenantId, id, graph)
        },
      ],
      [
        'is linked already',
        async () => {
          await provision()
          await link('00u1')
        },
      ],
      [
        'signs in by their id',
        async () => {
          await provision()
          await keepSignIn({ database, now }, named(id))
        },
      ],
      [
        'has another name by now',
        async () => {
          await provision()
          const changes = { userPrincipalName: 'anna.berg@example.org', mail: 'anna@example.org' }
          await changeUser(database, tenantId, id, changes, graph)
        },
      ],
    ] as const) {
      test(`a subject is not linked to somebody who ${what}`, async () => {
        await make()
        assert.equal(await link('00u2'), undefined)
        assert.equal(await whoIs('00u2'), undefined)
      })
    }

    test('an inactive person is refused in words and not linked', async () => {
      await provision({ ...anna, isActive: false })
      await assert.rejects(link('00u1'), refused('account-disabled'))
      assert.deepEqual(await linksOf(id), [])
    })

    test('somebody who has signed in before stays who they are', async () => {
      await addSignedInUser(parts(), named('00u1', 'other@example.org'))
      await provision()
      assert.equal(await link('00u1'), undefined)
      assert.equal(await whoIs('00u1'), '00u1')
    })

    test('of twenty subjects at once with one name exactly one is linked', async () => {
      await provision()
      const subjects = Array.from({ length: 20 }, (_, at) => `00u${at}`)
      const linked = await Promise.all(subjects.map(subject => link(subject)))
      assert.equal(linked.filter(person => person !== undefined).length, 1)
      assert.equal((await linksOf(id)).length, 1)
    })

    test('twenty first requests of one subject at once end as one person', async () => {
      await provision()
      const requests = Array.from({ length: 20 }, async () => {
        const linked = await link('00u1')
        return linked?.id ?? (await addSignedInUser(parts(), named('00u1'))).id
      })
      assert.deepEqual(new Set(await Promise.all(requests)), new Set([id]))
    })

    test('hostile subjects and names are texts like others', async () => {
      await provision()
      for (const subject of [
        '__proto__',
        'constructor',
        "'; drop table users; --",
        '\u0001\u0007',
      ]) {
        assert.equal(await link(subject, '__proto__'), undefined)
        await linkByHand(database, { tenantId, issuer, id: subject }, id, 1)
        assert.equal(await whoIs(subject), id)
      }
      assert.equal(await link('long', 'x'.repeat(1_000_000)), undefined)
    })

    test('a linked person who is deleted does not come back by signing in', async () => {
      await provision()
      await link('00u1')
      await deleteUser(database, tenantId, id, graph)
      assert.equal(await link('00u1'), undefined)
      await assert.rejects(addSignedInUser(parts(), named('00u1')), refused('account-deleted'))
    })

    test('a subject is linked by hand to one person, and unlinked is a person of its own', async () => {
      await provision()
      const ben = { id: 'ben', userPrincipalName: 'ben@example.org', displayName: 'Ben' }
      await provision(ben)
      const subject = { tenantId, issuer, id: '00u1' }
      await linkByHand(database, subject, id, 1)
      await linkByHand(database, subject, id, 2)
      await assert.rejects(linkByHand(database, subject, 'ben', 3), refused('value-taken'))
      await assert.rejects(linkByHand(database, subject, 'gone', 3), refused('user-not-found'))
      await assert.rejects(
        linkByHand(database, { ...subject, id: 'ben' }, id, 3),
        refused('value-taken'),
      )
      assert.equal(await unlink(database, subject, 4), id)
      assert.equal(await whoIs('00u1'), '00u1')
      assert.equal(await link('00u1'), undefined)
      await assert.rejects(unlink(database, subject, 5), refused('value-taken'))
      await assert.rejects(
        unlink(database, { ...subject, id: '00u9' }, 5),
        refused('user-not-found'),
      )
    })

    const join = (keep?: KeptPhoto, more = {}) =>
      joinPeople(database, {
        tenantId,
        signedInId: '00u1',
        provisionedId: id,
        issuer: undefined,
        keep,
        at: 8,
        ...more,
      })
    const setPhoto = (owner: string, version: string) =>
      copyPointers(database, [
        {
          tenant_id: tenantId,
          owner_kind: 'user',
          owner_id: owner,
          version,
          upload_hash: 'h',
          pack_hash: null,
          renditions: '[]',
          updated_at: 1,
        },
      ])
    const photoOf = async (owner: string) =>
      (await prepareWholeUsers(database).findUser(tenantId, owner, 'id'))?.version

    /** Anna is there twice; the one who signed in owns a group and leads Ben. */
    async function split(): Promise<void> {
      await addSignedInUser(parts(), named('00u1', 'anna@signing.example'))
      await provision()
      const ben = { id: 'ben', userPrincipalName: 'ben@example.org', displayName: 'Ben' }
      await provision(ben)
      await addGroups(database, tenantId, [
        { id: 'g', displayName: 'G', owners: ['00u1'], members: ['00u1', id] },
      ])
      await addRoleMembers(database, tenantId, [{ roleTemplateId: 'r', userId: '00u1' }])
      await setManager(database, tenantId, 'ben', '00u1', graph)
      const mailbox = { tenantId, userId: '00u1' }
      await insertFolder(database, mailbox, {
        id: 'z',
        displayName: 'Z',
        parentFolderId: undefined,
      })
      await insertFolder(database, mailbox, { id: 'a', displayName: 'A', parentFolderId: 'z' })
      await insertContact(database, mailbox, { id: 'c', displayName: 'C', folderId: 'a' })
      await insertContact(database, mailbox, { id: 'd', displayName: 'D' })
    }

    test('a split person is joined with everything that hangs on them', async () => {
      await split()
      await setPhoto('00u1', 'v1')
      const { photoOf: kept, person } = await join()
      assert.deepEqual([kept, person.id], ['signed-in', id])
      assert.equal(await whoIs('00u1'), id)
      assert.deepEqual(await linksOf(id), [['00u1', 'hand']])
      assert.equal(await photoOf(id), 'v1')
      assert.equal(await prepareWholeUsers(database).findUser(tenantId, '00u1', 'id'), undefined)
      const people = await database.selectFrom('group_people').selectAll().execute()
      assert.deepEqual(people.map(row => [row.user_id, row.relation]).sort(), [
        [id, 'member'],
        [id, 'owner'],
      ])
      const sizes = await database.selectFrom('group_sizes').select('members').execute()
      assert.deepEqual(
        sizes.map(row => row.members),
        [1],
      )
      const roles = await database.selectFrom('role_members').select('user_id').execute()
      assert.deepEqual(
        roles.map(row => row.user_id),
        [id],
      )
      const ben = await prepareWholeUsers(database).findUser(tenantId, 'ben', 'id')
      assert.equal(ben?.manager_id, id)
      const find = prepareFindContact(database)
      const at = { tenantId, idOrName: id, by: 'id', folders: ['z', 'a'], id: 'c' } as const
      assert.equal((await find(at))?.contact?.display_name, 'C')
      assert.equal((await find({ ...at, folders: [], id: 'd' }))?.contact?.display_name, 'D')
      const held = await database.selectFrom('mailbox_sizes').selectAll().execute()
      const filled = held.filter(row => Number(row.contacts) > 0)
      assert.deepEqual(
        filled.map(row => [row.mailbox_id, Number(row.contacts)]),
        [[id, 2]],
      )
    })

    test('of two photos the one that is asked for stays, and the other waits for the sweep', async () => {
      for (const [keep, stays, goes] of [
        ['signed-in', 'v1', 'v2'],
        ['provisioned', 'v2', 'v1'],
      ] as const) {
        await emptyDirectory(database)
        await removeAllPointers(database, new Set(), 1)
        await database.deleteFrom('retired_packs').execute()
        await split()
        await setPhoto('00u1', 'v1')
        await setPhoto(id, 'v2')
        await assert.rejects(join(), refused('resource-invalid'))
        assert.deepEqual([await photoOf('00u1'), await photoOf(id)], ['v1', 'v2'])
        await join(keep)
        assert.equal(await photoOf(id), stays)
        assert.deepEqual(await listRetiredOf(database, { tenantId, kind: 'user', id }), [goes])
      }
    })

    test('only who signed in is joined, and only to who was provisioned', async () => {
      await split()
      const self = { provisionedId: '00u1' }
      await assert.rejects(join(undefined, self), refused('user-not-found'))
      await assert.rejects(join(undefined, { signedInId: 'ben' }), refused('managed-elsewhere'))
      await addSignedInUser(parts(), named('00u2', 'x@signing.example'))
      await assert.rejects(join(undefined, { provisionedId: '00u2' }), refused('value-taken'))
      await deleteUser(database, tenantId, id, graph)
      await assert.rejects(join(), refused('user-not-found'))
      assert.equal(await whoIs('00u1'), '00u1')
    })

    test('somebody who signed in before sign-ins were written down is joined with their issuer', async () => {
      await split()
      await database.deleteFrom('sign_ins').execute()
      await assert.rejects(join(), refused('resource-invalid'))
      await join(undefined, { issuer })
      assert.equal(await whoIs('00u1'), id)
    })

    test('two joins at once join once', async () => {
      await split()
      const outcomes = await Promise.allSettled([join(), join()])
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal(await whoIs('00u1'), id)
    })
  })
}
