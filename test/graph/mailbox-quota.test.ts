/** A mailbox that is full, and one of long contacts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quota } from '../../src/directory/mailbox/mailbox.ts'
import { longContact } from '../support/long-contact.ts'
import { startStand } from './stand.ts'

test('a contact too many is 507 in the words of Exchange, with the limit', async t => {
  const stand = await startStand()
  t.after(() => stand.stop())
  const post = () =>
    stand.ask({ method: 'POST', url: '/v1.0/me/contacts', body: { displayName: 'One more' } })
  assert.equal((await post()).status, 201)
  const { database } = stand.parts
  await database.updateTable('mailbox_sizes').set({ contacts: quota.contacts }).execute()
  const { status, body } = await post()
  assert.equal(status, 507)
  assert.match(String(body), /ErrorQuotaExceeded/)
  assert.match(String(body), /25000 contacts/)
})

test('a page of long contacts ends early, with the address of the rest', async t => {
  const stand = await startStand()
  t.after(() => stand.stop())
  for (let count = 0; count < 8; count += 1) {
    await stand.ask({ method: 'POST', url: '/v1.0/me/contacts', body: longContact('Long') })
  }
  const { body } = await stand.ask({ url: '/v1.0/me/contacts?$top=999&$select=id' })
  const { value, '@odata.nextLink': next } = JSON.parse(String(body))
  assert.equal(URL.parse(next)?.searchParams.get('$skip'), String(value.length))
})
