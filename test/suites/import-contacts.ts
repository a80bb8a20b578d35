/** Contacts as `visage import` brings them into mailboxes, on any database. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { deleteUser } from '../../src/directory/change-users.ts'
import { addContact, changeContact } from '../../src/directory/mailbox/contacts.ts'
import { quota } from '../../src/directory/mailbox/mailbox.ts'
import { putContacts, removeImportedContacts } from '../../src/directory/sources/put-contacts.ts'
import type { Database } from '../../src/storage/schema.ts'
import {
  countsOf,
  createImportStand,
  leaversOf,
  problemsIn,
  refused,
  tenantId,
} from './import-stand.ts'

const csv = `externalId,owner,displayName,First Name,Last Name,Company,Job Title,Department,Mobile Phone,Business Phone,E-mail Address,Folder
k1,anna@x.org,Carl Clay,Carl,Clay,Clay AG,Potter,Oven,+49 1,+49 2; +49 3,c@clay.org;carl@clay.org,Suppliers
k2,anna@x.org,,,,Dough & Co,,,,,,
k1,e2,Carl,,,,,,,,,
,ben@x.org,Dora,,,,,,,,Dora@dough.org,
`

const contacts = [
  {
    externalId: 'k1',
    owner: 'anna@x.org',
    displayName: 'Carl Clay',
    givenName: 'Carl',
    surname: 'Clay',
    companyName: 'Clay AG',
    jobTitle: 'Potter',
    department: 'Oven',
    mobilePhone: '+49 1',
    businessPhones: ['+49 2', '+49 3'],
    emailAddresses: [{ address: 'c@clay.org', name: 'c@clay.org' }, 'carl@clay.org'],
    folder: 'Suppliers',
  },
  { externalId: 'k2', owner: { userPrincipalName: 'anna@x.org' }, companyName: 'Dough & Co' },
  { externalId: 'k1', owner: 'e2', displayName: 'Carl' },
  { owner: 'ben@x.org', displayName: 'Dora', emailAddresses: 'Dora@dough.org' },
]

const none = { written: 0, removed: 0, refused: 0 }

export function describeContactImport(name: string, open: () => Promise<Database>): void {
  describe(`contacts imported into ${name}`, () => {
    const { database, withPlan, told, apply, bring, problemsOf, find } = createImportStand(open)
    const asContacts = { kind: 'contacts', source: 'import:staff' } as const
    const pruned = { ...asContacts, leavers: 'go' } as const
    const bringPeople = () => bring('externalId,upn\ne1,anna@x.org\ne2,ben@x.org')
    const mailboxOf = async (owner: string) => {
      const row = await find(owner)
      return { tenantId, userId: row?.id ?? assert.fail(`no ${owner}`) }
    }
    const rows = () =>
      database().selectFrom('contacts').selectAll().orderBy('external_id').orderBy('id').execute()
    const photosOf = async (id = '') => {
      const found = await database()
        .selectFrom('photos')
        .select('version')
        .where('owner_id', '=', id)
        .execute()
      return found.map(({ version }) => version)
    }
    const named = async () => (await rows()).map(row => row.display_name).toSorted()
    const folders = () => database().selectFrom('contact_folders').selectAll().execute()
    const list = (count: number, owner = 'anna@x.org') =>
      ['id,owner,name', ...Array.from({ length: count }, (_, i) => `k${i},${owner},C ${i}`)].join(
        '\n',
      )

    test('contacts come with every property, and a second run of CSV or JSON writes no row', async () => {
      await bringPeople()
      told.length = 0
      assert.deepEqual(await bring(csv, asContacts), { ...none, written: 4 })
      const [first] = await rows()
      const before = await rows()
      const carl = before.find(row => row.display_name === 'Carl Clay')
      const [folder] = await folders()
      const anna = await mailboxOf('anna@x.org')
      assert.deepEqual(
        { ...carl },
        {
          tenant_id: tenantId,
          mailbox_id: anna.userId,
          id: carl?.id,
          folder_id: folder?.id,
          display_name: 'Carl Clay',
          given_name: 'Carl',
          surname: 'Clay',
          company_name: 'Clay AG',
          job_title: 'Potter',
          department: 'Oven',
          mobile_phone: '+49 1',
          business_phones: '["+49 2","+49 3"]',
          email_addresses:
            '[{"address":"c@clay.org","name":"c@clay.org"},{"address":"carl@clay.org","name":"carl@clay.org"}]',
          search_text: carl?.search_text,
          source: 'import:staff',
          external_id: 'k1',
        },
      )
      assert.deepEqual(await named(), ['Carl', 'Carl Clay', 'Dora', 'Dough & Co'])
      assert.equal(first?.external_id, 'dora@dough.org')
      assert.deepEqual(await bring(csv, pruned, 9), none)
      assert.deepEqual(await bring(JSON.stringify(contacts), pruned, 9), none)
      assert.deepEqual([await rows(), (await folders()).length, told], [before, 1, []])
    })

    test('JSON and CSV of the same contacts have the same plan', async () => {
      await bringPeople()
      const planned = (content: string) => withPlan(content, asContacts, plan => plan.sections)
      assert.deepEqual(await planned(JSON.stringify(contacts)), await planned(csv))
    })

    test('owners may be new in the same document, and of any source', async () => {
      await bring('upn\nben@x.org', { source: 'import:others' })
      const people = [{ externalId: 'e1', userPrincipalName: 'anna@x.org' }]
      const two = [
        { owner: 'e1', externalId: 'k', displayName: 'Carl' },
        { owner: 'Ben@x.org', externalId: 'k', displayName: 'Dora' },
      ]
      const document = JSON.stringify({ contacts: two, people })
      assert.deepEqual(await bring(document), { ...none, written: 3 })
      assert.deepEqual(await bring(document, { leavers: 'go' }), none)
      const without = JSON.stringify({ contacts: two, people: [] })
      assert.deepEqual(await problemsOf(without, { leavers: 'go' }), [
        'contacts[0]: "e1" is not in the list of people',
      ])
    })

    test('a later import writes what has changed, takes back what the owner changed, and keeps the photo', async () => {
      await bringPeople()
      await bring(csv, asContacts)
      const anna = await mailboxOf('anna@x.org')
      const carl = (await rows()).find(row => row.display_name === 'Carl Clay')
      await changeContact(database(), anna, carl?.id ?? '', { surname: 'Stone', jobTitle: 'Mason' })
      await database()
        .insertInto('photos')
        .values({
          tenant_id: tenantId,
          owner_kind: 'contact',
          owner_id: carl?.id ?? '',
          version: 'kept',
          upload_hash: 'h',
          pack_hash: null,
          renditions: '[]',
          updated_at: 1,
        })
        .execute()
      const later = 'id,owner,name,surname,company,folder\nk1,anna@x.org,Carl C,Clay,,\n'
      const changed = await withPlan(later, asContacts, async plan => {
        const [row] = [...plan.report()]
        await apply(plan)
        return [countsOf(plan).changed, row?.owner, row?.displayName, row?.details]
      })
      const what = 'displayName, surname, companyName, folder'
      assert.deepEqual(changed, [1, 'anna@x.org', 'Carl C', what])
      const now = (await rows()).find(row => row.id === carl?.id)
      assert.deepEqual(
        [now?.display_name, now?.surname, now?.job_title, now?.company_name, now?.folder_id],
        ['Carl C', 'Clay', 'Mason', null, null],
      )
      assert.deepEqual(await photosOf(carl?.id), ['kept'])
      assert.deepEqual(await bring(later, asContacts), none)
    })

    test('--prune removes contacts of this source with their photos, and nobody else’s', async () => {
      await bringPeople()
      await bring(csv, asContacts)
      await bring(csv.replace('e2', 'ben@x.org'), { ...asContacts, source: 'import:others' })
      const anna = await mailboxOf('anna@x.org')
      await addContact(database(), anna, { id: 'own', displayName: 'Own' })
      const mine = (await rows()).find(
        row => row.source === 'import:staff' && row.display_name === 'Dora',
      )
      const photo = { tenant_id: tenantId, owner_kind: 'contact', upload_hash: 'h', updated_at: 1 }
      await database()
        .insertInto('photos')
        .values({ ...photo, owner_id: mine?.id ?? '', version: 'gone', renditions: '[]' })
        .execute()
      const others = { source: 'import:staff', at: 1 } as const
      assert.equal(await removeImportedContacts(database(), anna, ['own'], others), 0)
      const fewer = csv.split('\n').slice(0, 3).join('\n')
      assert.deepEqual(await bring(fewer, asContacts), none)
      assert.deepEqual(await bring(fewer, pruned), { ...none, removed: 2 })
      const bySource = Map.groupBy(await rows(), row => row.source)
      const sizes = [...bySource].map(([source, found]) => [source, found.length])
      assert.deepEqual(Object.fromEntries(sizes), {
        'import:staff': 2,
        'import:others': 4,
        null: 1,
      })
      assert.deepEqual(await photosOf(mine?.id), [])
      const retired = await database().selectFrom('retired_packs').select('version').execute()
      assert.deepEqual(
        retired.map(({ version }) => version),
        ['gone'],
      )
    })

    test('a person who leaves keeps their contacts for the day when they are restored', async () => {
      await bringPeople()
      await bring(csv, asContacts)
      const origin = { source: 'import:staff', at: 6 } as const
      await deleteUser(database(), tenantId, (await mailboxOf('ben@x.org')).userId, origin)
      const annas = csv.split('\n').slice(0, 3).join('\n')
      assert.deepEqual(await bring(annas, pruned), none)
      assert.equal((await rows()).length, 4)
      const document = { people: [{ externalId: 'e2', upn: 'ben@x.org' }], contacts: [] }
      assert.deepEqual(await bring(JSON.stringify(document), { leavers: 'go' }), {
        written: 1,
        removed: 1,
        refused: 0,
      })
      assert.equal((await rows()).length, 4)
    })

    test('a folder is found by its name, and made again after it was removed', async () => {
      await bringPeople()
      const one =
        'id,owner,name,folder\nk1,anna@x.org,Carl,Suppliers\nk2,anna@x.org,Dora,Suppliers\n'
      await bring(one, asContacts)
      const [folder] = await folders()
      await database().updateTable('contact_folders').set({ removed_at: 1 }).execute()
      assert.deepEqual(await bring(one, asContacts), { ...none, written: 2 })
      const made = (await folders()).filter(({ removed_at }) => removed_at === null)
      assert.deepEqual([made.length, made[0]?.display_name], [1, 'Suppliers'])
      assert.notEqual(made[0]?.id, folder?.id)
      assert.deepEqual(await bring(one, pruned), none)
    })

    test('more than 20 contacts and more than 20 % are too many to go at once', async () => {
      await bringPeople()
      await bring(list(60), asContacts)
      const leavers = await withPlan(list(30), pruned, plan => leaversOf(plan))
      assert.deepEqual(leavers, { count: 30, of: 60, isTooMany: true })
      assert.deepEqual(await bring(list(30), pruned), { ...none, removed: 30 })
    })

    test('imports of one source at the same time bring a contact once', async () => {
      await bringPeople()
      const anna = await mailboxOf('anna@x.org')
      const carl = { externalId: 'k', fields: { displayName: 'Carl' }, folder: 'Suppliers' }
      const put = () => putContacts(database(), anna, [carl], 'import:staff')
      // So that the connections are open, and none of the imports waits for its own.
      const warm = () => addContact(database(), anna, { id: randomUUID(), displayName: 'Own' })
      await Promise.all([warm(), warm(), warm(), warm()])
      const outcomes = await Promise.all([put(), put(), put(), put()])
      assert.deepEqual(outcomes.flat().toSorted(), [
        'created',
        'unchanged',
        'unchanged',
        'unchanged',
      ])
      const carls = (await named()).filter(one => one === 'Carl')
      assert.deepEqual([carls.length, (await folders()).length], [1, 1])
    })

    test('contacts of a large mailbox are written in slices', async () => {
      await bringPeople()
      await bring(
        `${list(450)}\n${list(10, 'ben@x.org').split('\n').slice(1).join('\n')}`,
        asContacts,
      )
      assert.equal((await rows()).length, 460)
      assert.deepEqual(await bring(list(450), pruned), { ...none, removed: 10 })
    })

    test('lines that cannot be read, doubles and unknown owners are named', async () => {
      await bringPeople()
      const many = Array.from({ length: 31 }, (_, i) => `${i}@x.org`).join('; ')
      const lines = `id,owner,name,email
k1,,Carl,
k2,nobody@x.org,Carl,
k3,anna@x.org,,
,anna@x.org,Carl,
k4,anna@x.org,Carl,${many}
k5,anna@x.org,Carl,
k5,e1,Carl,
,anna@x.org,Carl,c@x.org
,anna@x.org,Dora,C@x.org
k6,anna@x.org,Carl,"[""c@x.org"", 7]"
k7,anna@x.org,Carl,"[""c@x.org"
__proto__,anna@x.org,constructor,
`
      assert.deepEqual(await problemsOf(lines, asContacts), [
        '2: there is no owner',
        '3: "nobody@x.org" is not in the directory',
        '4: there is no displayName, givenName, surname, companyName or emailAddresses',
        '5: there is no externalId and no emailAddresses',
        '6: emailAddresses has more than 30 entries',
        '7: the contact "k5" of "anna@x.org" is also on line 8',
        '8: the contact "k5" of "e1" is also on line 7',
        '9: the contact "c@x.org" of "anna@x.org" is also on line 10',
        '10: the contact "c@x.org" of "anna@x.org" is also on line 9',
        '11: emailAddresses[1] is a number, and not a text',
        '12: emailAddresses is no JSON: a text has no closing quote',
      ])
      await assert.rejects(bring('id,name\nk,C', asContacts), refused(/no column is the owner/))
      await assert.rejects(bring('owner,name\na,C', asContacts), refused(/contacts are found by/))
    })

    test('items that cannot be read are named by path', async () => {
      await bringPeople()
      const owner = 'anna@x.org'
      const wrong = [
        { owner, externalId: 1, displayName: 'C' },
        { owner, emailAddresses: [{ address: 'a@x.org' }, { address: 5 }] },
        { owner, emailAddresses: [{ address: 'a@x.org', name: ['A'] }] },
        { owner, emailAddresses: [{ name: 'A' }] },
        { owner, emailAddresses: ['a@x.org', '', null] },
        { owner, emailAddresses: { address: 'a@x.org' } },
        { owner, externalId: 'k', displayName: 'C', businessPhones: ['x'.repeat(641)] },
        { owner, externalId: 'k', displayName: 'C', businessPhones: ['1', 'a\u0000'] },
        { owner: ['x'], externalId: 'k' },
      ]
      assert.deepEqual(await problemsOf(JSON.stringify({ contacts: wrong })), [
        'contacts[0].externalId: externalId is a number, and not a text',
        'contacts[1].emailAddresses[1].address: emailAddresses[1].address is a number, and not a text',
        'contacts[2].emailAddresses[0].name: emailAddresses[0].name is a list, and not a text',
        'contacts[3].emailAddresses[0].address: emailAddresses[0].address is null, and not a text',
        'contacts[4].emailAddresses[1]: emailAddresses[1] is empty',
        'contacts[5].emailAddresses: emailAddresses is an object, and not a list',
        'contacts[6].businessPhones[0]: businessPhones is longer than 640 characters',
        'contacts[7].businessPhones[1]: businessPhones holds a control character',
        'contacts[8].owner: owner is a list, and not a text',
      ])
    })

    test('a mailbox that would be too full is refused before anything is written', async () => {
      await bringPeople()
      await bring(list(2), asContacts)
      const fill = (size: Partial<Record<'contacts' | 'text_bytes', number>>) =>
        database().updateTable('mailbox_sizes').set(size).execute()
      const three =
        'id,owner,name\nk0,anna@x.org,C 0\nk7,anna@x.org,Carl\nk8,anna@x.org,Dora\nk8,ben@x.org,Dora'
      await fill({ contacts: quota.contacts - 1 })
      const full = (limit: string) => [
        `3: the mailbox would have more than ${limit}`,
        `4: the mailbox would have more than ${limit}`,
      ]
      assert.deepEqual(await problemsOf(three, asContacts), full('25000 contacts'))
      assert.deepEqual(await problemsOf(three, pruned), [])
      await fill({ contacts: 2, text_bytes: quota.textBytes - 10 })
      const inBytes = full('20000000 bytes of text in contacts')
      assert.deepEqual(await problemsOf(three, asContacts), inBytes)
      assert.equal((await rows()).length, 2)
    })

    test('a mailbox that fills, and an owner who leaves after the plan, are refused for their lines', async () => {
      await bringPeople()
      const two = 'id,owner,name\nk1,anna@x.org,Carl\nk1,ben@x.org,Carl'
      const words = await withPlan(two, asContacts, async plan => {
        const anna = await mailboxOf('anna@x.org')
        await addContact(database(), anna, { id: 'own', displayName: 'Own' })
        await database().updateTable('mailbox_sizes').set({ contacts: quota.contacts }).execute()
        const origin = { source: 'import:staff', at: 6 } as const
        await deleteUser(database(), tenantId, (await mailboxOf('ben@x.org')).userId, origin)
        return [await apply(plan), ...problemsIn(plan)]
      })
      assert.deepEqual(words, [
        { ...none, refused: 2 },
        '2: the mailbox would have more than 25000 contacts',
        '3: the owner is no longer in the directory',
      ])
      assert.deepEqual(await named(), ['Own'])
    })
  })
}
