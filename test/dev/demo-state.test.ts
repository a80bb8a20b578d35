/** A reset to the demo tenant during writes of other clients: the stores afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { drawFace } from '../../src/dev/demo/faces.ts'
import { people } from '../../src/dev/demo/tenant.ts'
import { startDevelopment } from '../../src/dev/development.ts'
import { findPointer, movePointer } from '../../src/photos/pointer.ts'
import { preparePhoto } from '../../src/photos/replace.ts'
import { listOf } from '../suites/packs.ts'

const bob = people.find(({ userPrincipalName }) => userPrincipalName.startsWith('bob@'))

test('a reset while a photo is being set points at no pack that the sweep may remove', async () => {
  const { parts, photosReady, reset, close } = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    write: () => {},
  })
  try {
    assert.ok(bob)
    await photosReady
    const { database } = parts
    const current = database.selectFrom('photos').selectAll().orderBy('owner_id')
    const start = await current.execute()
    const picture = await drawFace('other', 48)
    const owner = { tenantId: bob.tenantId, kind: 'user', id: bob.id } as const
    // At every moment of a reset: while it looks, copies, waits for its transaction, and afterwards.
    for (let moment = 0; moment < 60; moment++) {
      const row = await preparePhoto(parts, 'user', picture)
      const resetting = reset()
      for (let passed = 0; passed < moment; passed++) await undefined
      await database.transaction().execute(async transaction => {
        const before = await findPointer(transaction, owner)
        await movePointer(transaction, owner, row, before?.version)
      })
      await resetting
    }
    await reset()
    const end = await current.execute()
    const retired = await database.selectFrom('retired_packs').select('version').execute()
    const leaving = new Set(retired.map(({ version }) => version))
    assert.deepEqual(
      end.filter(({ version }) => leaving.has(version)),
      [],
    )
    const withoutVersion = (row: (typeof start)[number]) => ({ ...row, version: '', updated_at: 0 })
    assert.deepEqual(end.map(withoutVersion), start.map(withoutVersion))
    for (const { version } of end) assert.ok(await parts.packs.read(version, 0, 1))
  } finally {
    await close()
  }
})

test('in memory a reset leaves no pack of a photo that it removed', async () => {
  const { origin, parts, issuer, reset, close } = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: undefined,
    strictContentType: false,
    photos: 'none',
    write: () => {},
  })
  try {
    const body = Uint8Array.from(await drawFace('other', 48))
    const headers = { authorization: `Bearer ${await issuer.mint({ person: 'bob' })}` }
    const url = `${origin}/v1.0/me/photo/$value`
    assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200)
    assert.equal((await listOf(parts.packs)).length, 1)
    await reset()
    while ((await listOf(parts.packs)).length > 0) await delay(5)
  } finally {
    await close()
  }
})
