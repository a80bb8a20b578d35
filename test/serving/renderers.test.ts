/**
 * The renderers of a running server, stopped and killed from outside: a stopped process looks like a picture whose
 * decoding does not end.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startVisage } from '../../src/visage.ts'
import { givenFor, type Stand, smallPicture, until } from '../settings/stand.ts'
import { childrenOf, hasProc, isAlive } from '../support/processes.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'

describe('a server', { skip: !hasProc && 'there is no /proc' }, () => {
  let issuer: TestIssuer
  before(async () => {
    issuer = await startTestIssuer()
  })
  after(() => issuer[Symbol.asyncDispose]())

  /** With this many renderers, all of them stopped. */
  async function withStopped(
    count: number,
    timeout: string,
    work: (stand: Stand, pids: readonly number[]) => Promise<void>,
  ): Promise<void> {
    await inFolder(async cwd => {
      const { serve } = givenFor('renderers', 'environment', cwd, issuer)
      const stand = await serve(String(count), { renderTimeout: timeout })
      await until(async () => (await stand.metric('visage_renderers')) === count)
      const pids = childrenOf(stand.visage.pid)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      await work(stand, pids)
    })
  }

  const isAt = async ({ metric }: Stand, running: number, waiting: number) =>
    (await metric('visage_renders_running')) === running &&
    (await metric('visage_renders_waiting')) === waiting

  test('ends by SIGTERM although three pictures have no end, and answers all of them', () =>
    withStopped(2, '2', async (stand, pids) => {
      const { put, visage } = stand
      const answers = [1, 2, 3].map(() => put(smallPicture))
      await until(() => isAt(stand, 2, 1))
      visage.send('SIGTERM')
      assert.deepEqual(await visage.ended, { code: 0, signal: null })
      for (const { status } of await Promise.all(answers))
        assert.ok([200, 400, 503].includes(status))
      assert.deepEqual(pids.filter(isAlive), [])
    }))

  test('removes the picture of a client that has gone from its queue', () =>
    withStopped(1, '600', async (stand, [renderer = 0]) => {
      const first = stand.put(smallPicture)
      await until(() => isAt(stand, 1, 0))
      const going = new AbortController()
      const gone = fetch(`${stand.visage.origin}/v1.0/me/photo/$value`, {
        method: 'PUT',
        headers: stand.headersFor(),
        body: Uint8Array.from(smallPicture),
        signal: going.signal,
      })
      await until(() => isAt(stand, 1, 1))
      going.abort()
      await assert.rejects(gone, { name: 'AbortError' })
      await until(() => isAt(stand, 1, 0))
      process.kill(renderer, 'SIGCONT')
      assert.equal((await first).status, 200)
    }))

  test('renders a picture again if its renderer was killed from outside', () =>
    withStopped(1, '600', async (stand, [renderer = 0]) => {
      const picture = stand.put(smallPicture)
      await until(() => isAt(stand, 1, 0))
      process.kill(renderer, 'SIGKILL')
      assert.equal((await picture).status, 200)
      assert.equal(await stand.metric('visage_renderers_died_total'), 1)
      const line = await stand.line('renderer-ended')
      assert.deepEqual([line.pid, line.signal, line.nextInMs], [renderer, 'SIGKILL', 0])
    }))
})

test('a Visage within a test ends its renderers', { skip: !hasProc }, async () => {
  const earlier = childrenOf(process.pid)
  await using visage = await startVisage({ photos: 'none' })
  const headers = { authorization: `Bearer ${await visage.token()}` }
  const url = `${visage.baseUrl}/me/photo/$value`
  const body = await visage.picture()
  assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200)
  const renderers = childrenOf(process.pid).filter(pid => !earlier.includes(pid))
  assert.equal(renderers.length, 1)
  await visage.close()
  while (renderers.some(isAlive)) await delay(5)
})
