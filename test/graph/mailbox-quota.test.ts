/** A mailbox that is full. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quota } from '../../src/directory/mailbox.ts'
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
