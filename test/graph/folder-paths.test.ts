/** Paths of folders deeper than the limit. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { maxFolderDepth } from '../../src/directory/mailbox/folders.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { type Stand, startStand } from './stand.ts'

describe('a path of folders', () => {
  let stand: Stand
  let withoutDirectory: Parts
  before(async () => {
    stand = await startStand()
    const fail = () => assert.fail('the directory is asked')
    const database = new Proxy(stand.parts.database, { get: fail })
    const findings = { findUser: fail, findSelf: fail, findGroup: fail, findContact: fail }
    withoutDirectory = { ...stand.parts, database, ...findings }
  })
  after(() => stand.stop())

  for (const rest of ['', '/contacts', '/contacts/c', '/contacts/c/photo/$value']) {
    test(`that is too deep is 404 without a query, at …${rest}`, async () => {
      const url = `/v1.0/me/contactFolders/0${'/childFolders/0'.repeat(529)}${rest}`
      const { status, body } = await stand.ask({ url }, withoutDirectory)
      assert.equal(status, 404)
      assert.match(String(body), /ErrorItemNotFound/)
    })
  }

  test('of the maximum depth is looked up', async () => {
    const url = `/v1.0/me/contactFolders/0${'/childFolders/0'.repeat(maxFolderDepth - 1)}`
    assert.equal((await stand.ask({ url })).status, 404)
    assert.equal((await stand.ask({ url }, withoutDirectory)).status, 500)
  })
})
