/** The panel at work: what it asks of the server, what it says to the crop, and that a closed one is silent. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../../../web/src/graph/problem.ts'
import { type Clock, createPanel, type Server } from '../../../web/src/photo/panel.ts'
import type { Photo } from '../../../web/src/photo/panel-state.ts'

const first = { etag: '"1"', width: 648, height: 648 }
const second = { etag: '"2"', width: 648, height: 648 }
const picture = new Blob(['picture'])

/** Answers when the test says so. */
function createServer() {
  const asked: string[] = []
  const answers: PromiseWithResolvers<unknown>[] = []
  const ask = <Value>(what: string): Promise<Value> => {
    asked.push(what)
    const answer = Promise.withResolvers<unknown>()
    answers.push(answer)
    return answer.promise as Promise<Value>
  }
  const name = (photo: Photo) => (photo === 'none' ? 'none' : photo.etag)
  const server: Server = {
    open: () => ask('open'),
    read: () => ask('read'),
    put: (_jpeg, former) => ask(`put over ${name(former)}`),
    remove: former => ask(`remove ${name(former)}`),
  }
  return {
    server,
    asked,
    /** The answer to the last question, and what follows from it. */
    async answer(value?: unknown) {
      answers.at(-1)?.resolve(value)
      await settled()
    },
    async refuse(error: unknown) {
      answers.at(-1)?.reject(error)
      await settled()
    },
  }
}

const settled = () => new Promise<void>(resolve => setImmediate(resolve))

function createClock() {
  const ticks = new Set<() => void>()
  const clock: Clock = tick => {
    ticks.add(tick)
    return () => ticks.delete(tick)
  }
  const pass = () => {
    for (const tick of [...ticks]) tick()
  }
  return { clock, running: () => ticks.size, pass }
}

async function openPanel() {
  const server = createServer()
  const time = createClock()
  const panel = createPanel(server.server, time.clock)
  panel.open()
  await server.answer({ photo: first, refusal: undefined })
  return { ...server, time, panel }
}

describe('the panel at work', () => {
  test('ends the save when the server has the picture, and shows what it reads', async () => {
    const { panel, asked, answer } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const saved = panel.save(picture)
    await answer()
    await saved
    await answer(second)
    assert.deepEqual(asked, ['open', 'put over "1"', 'read'])
    assert.deepEqual(panel.state().photo, second)
  })

  test('makes one change of two clicks on Save', async () => {
    const { panel, asked, answer } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const both = Promise.all([panel.save(picture), panel.save(picture)])
    await answer()
    await both
    assert.deepEqual(asked, ['open', 'put over "1"', 'read'])
  })

  test('tells the crop why the save failed', async () => {
    const { panel, refuse } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const saved = panel.save(picture)
    const offline = new Problem({ kind: 'offline' })
    const heard = assert.rejects(saved, error => error === offline)
    await refuse(offline)
    await heard
    assert.equal(panel.state().phase.name, 'cropping')
  })

  test('waits for a busy server without ending the save', async () => {
    const { panel, asked, refuse, answer, time } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const saved = panel.save(picture)
    await refuse(new Problem({ kind: 'busy', retryAfterSeconds: 2 }))
    assert.equal(time.running(), 1)
    time.pass()
    time.pass()
    assert.equal(time.running(), 0)
    assert.deepEqual(asked, ['open', 'put over "1"', 'put over "1"'])
    await answer()
    await saved
  })

  test('goes back to the crop when waiting is cancelled', async () => {
    const { panel, refuse } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const heard = assert.rejects(panel.save(picture), { name: 'AbortError' })
    await refuse(new Problem({ kind: 'busy', retryAfterSeconds: 2 }))
    panel.send({ on: 'cancelled' })
    await heard
    assert.equal(panel.state().phase.name, 'cropping')
  })

  test('ends the save when somebody else came first: theirs is to be seen', async () => {
    const { panel, refuse } = await openPanel()
    panel.send({ on: 'chosen', chosen: picture })
    const saved = panel.save(picture)
    await refuse(new Problem({ kind: 'changed' }))
    await saved
    assert.equal(panel.state().phase.name, 'conflict')
  })

  test('counts the seconds of the undo, and stops its clock after them', async () => {
    const { panel, answer, time } = await openPanel()
    panel.send({ on: 'remove' })
    await answer(picture)
    for (let second = 0; second < 8; second++) time.pass()
    assert.equal(panel.state().undo, undefined)
    assert.equal(time.running(), 0)
  })

  test('says nothing after it was closed', async () => {
    const { panel, answer, asked } = await openPanel()
    let heard = 0
    panel.subscribe(() => heard++)
    panel.send({ on: 'chosen', chosen: picture })
    void panel.save(picture)
    const before = heard
    panel.close()
    await answer()
    panel.send({ on: 'returned' })
    assert.equal(heard, before)
    assert.deepEqual(asked, ['open', 'put over "1"'])
  })

  test('stops its clock when it is closed', async () => {
    const { panel, answer, time } = await openPanel()
    panel.send({ on: 'remove' })
    await answer(picture)
    assert.equal(time.running(), 1)
    panel.close()
    assert.equal(time.running(), 0)
  })

  test('shows a fault of the page as one', async () => {
    const server = createServer()
    const panel = createPanel(server.server, createClock().clock)
    panel.open()
    await server.refuse(new TypeError('a bug'))
    const { phase } = panel.state()
    assert.equal(phase.name === 'unreadable' && phase.problem.kind, 'failed')
  })
})
