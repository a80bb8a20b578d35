/** Where `visage push --apply` sends a token: a plan is a file that somebody else may have written. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type PushFlags, readOrder } from '../../src/cli/push-order.ts'
import { type PlanHead, writePlan } from '../../src/push/plan-file.ts'
import { Stopped } from '../../src/push/stopped.ts'

const elsewhere = 'https://photos.example.org/v1.0'
const here = 'http://localhost:8080/v1.0'

describe('a plan', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-plan-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const orderOf = async (target: string, more: Partial<PushFlags> = {}) => {
    const head: PlanHead = {
      plan: 1,
      target,
      kind: 'people',
      folder,
      preparing: { crop: 'centre', maxBytes: 4_000_000 },
      isMissingOnly: false,
    }
    const apply = join(folder, 'plan.jsonl')
    await writePlan(apply, head, [])
    const flags = {
      kind: 'people',
      crop: 'centre',
      maxBytes: 4_000_000,
      concurrency: 4,
      settle: 0,
    } as const
    return await readOrder(undefined, { ...flags, apply, ...more })
  }

  test('for another machine does not decide alone where a token goes', async () => {
    await assert.rejects(orderOf(elsewhere), (error: unknown) => {
      assert.ok(error instanceof Stopped)
      assert.match(error.message, /the plan is for https:\/\/photos\.example\.org\/v1\.0/)
      return true
    })
  })
  test('is carried out where the command says the same', async () => {
    assert.equal((await orderOf(elsewhere, { to: elsewhere })).target.root, elsewhere)
  })
  test('is refused where the command says another', async () => {
    await assert.rejects(orderOf(elsewhere, { to: here }), /the plan is for .*, not /)
  })
  test('for this machine needs no address', async () => {
    assert.equal((await orderOf(here)).target.root, here)
  })
})
