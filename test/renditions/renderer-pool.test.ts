/** Renderers: they render, can be killed, and have no other rights. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { setTimeout as delay, setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Failure, type FailureCode } from '../../src/failure.ts'
import { closeOtherDecoders } from '../../src/renditions/decoders.ts'
import { defaultLimits } from '../../src/renditions/limits.ts'
import { postponed } from '../../src/renditions/queue.ts'
import { renderPack } from '../../src/renditions/render.ts'
import type { RendererPoolOptions } from '../../src/renditions/renderer-pool.ts'
import { startRenderer } from '../../src/renditions/renderer-process.ts'
import { createRendering, type Rendering } from '../../src/renditions/rendering.ts'
import { heldBytes } from '../fuzz/memory.ts'
import { jpegOfScans, portraitJpeg } from '../support/pictures.ts'
import { childrenOf, hasProc, isAlive } from '../support/processes.ts'

const odd = join(import.meta.dirname, 'odd-renderer.ts')
type Ended = Parameters<NonNullable<RendererPoolOptions['ended']>>[0]
type Options = Partial<Parameters<typeof createRendering>[0]>

/** With a time limit that the test ends. */
function open(t: TestContext, options: Options = {}, create = createRendering) {
  const ends: Ended[] = []
  const timers = new Set<() => void>()
  const waits: number[] = []
  const rendering = create({
    renderers: 2,
    maxWaiting: 20,
    limits: { ...defaultLimits, timeoutSeconds: slice * 8 },
    decodeMemoryBytes: defaultLimits.maxDecodedBytes,
    ended: end => void ends.push(end),
    wait: (ms, signal) => {
      waits.push(ms)
      const { promise, resolve } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => resolve())
      if (signal.aborted) resolve()
      if (ms === slice * 1000) timers.add(resolve)
      return promise
    },
    ...options,
  })
  t.after(rendering.close)
  /** The time of every picture that is under way. */
  async function timeIsOver(): Promise<void> {
    for (let count = 0; count < 8; count++) {
      for (const fire of timers) fire()
      timers.clear()
      await turnOfTheLoop()
    }
  }
  return { rendering, ends, waits, timeIsOver }
}

/** Seconds; no other wait is so long. */
const slice = 777

const show = (rendering: Rendering, text: string, gone?: AbortSignal) =>
  rendering.render(Buffer.from(text), 'square', gone)

/** The report of an odd renderer on a picture. */
async function detailOf(rendering: Promise<unknown>): Promise<string> {
  const failure = await rendering.then(
    () => assert.fail('it was rendered'),
    (error: unknown) => error,
  )
  assert.ok(failure instanceof Failure, String(failure))
  assert.equal(failure.code, 'image-broken')
  return failure.detail
}

const refusal = (code: FailureCode) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.code, code)
  return true
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5)
}

describe('a renderer', () => {
  before(closeOtherDecoders)

  test('gives the same result as this process', async t => {
    const { rendering } = open(t)
    const picture = await portraitJpeg({ width: 700, height: 900, orientation: 6 })
    for (const framing of ['square', 'whole'] as const) {
      assert.deepEqual(await rendering.render(picture, framing), await renderPack(picture, framing))
    }
  })

  test('gives the same refusals as this process, and takes the next picture', async t => {
    const { rendering } = open(t, { renderers: 1 })
    const tiny = await portraitJpeg({ width: 47, height: 90 })
    const small = { code: 'image-width-too-small', facts: { width: 47, minWidth: 48 } }
    await assert.rejects(rendering.render(tiny, 'square'), small)
    const bomb = await jpegOfScans({ side: 90, scans: 2000, comment: Buffer.from([255, 0xd9]) })
    await assert.rejects(rendering.render(bomb, 'square'), { code: 'image-too-slow' })
    await assert.rejects(rendering.render(Buffer.of(), 'square'), { code: 'body-empty' })
    assert.ok(await rendering.render(await portraitJpeg(), 'square'))
    assert.equal(rendering.renderers().started, 1)
  })
})

test('a server keeps nothing of the pictures that its renderers have rendered', async t => {
  const { rendering } = open(t, { renderers: 1 })
  const picture = await portraitJpeg({ width: 700, height: 900, grain: 12 })
  const { bytes } = await rendering.render(picture, 'square')
  const before = await heldBytes()
  for (let count = 0; count < 30; count++) await rendering.render(picture, 'square')
  const grownBytes = (await heldBytes()) - before
  assert.ok(grownBytes < 10 * bytes.length, `${grownBytes} bytes`)
})

test('a renderer does not grow with the pictures that it has rendered', {
  skip: !hasProc && 'there is no /proc',
}, async t => {
  const { rendering } = open(t, { renderers: 1 })
  const trailer = Buffer.alloc(2 ** 20)
  const picture = Buffer.concat([await portraitJpeg({ width: 300, height: 200 }), trailer])
  const renderSome = async (count: number) => {
    for (let done = 0; done < count; done++) await rendering.render(picture, 'square')
    const [pid = 0] = rendering.renderers().pids
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }
  const before = await renderSome(10)
  const grownBytes = (await renderSome(70)) - before
  assert.ok(grownBytes < 10 * trailer.length, `${grownBytes} bytes`)
})

test('a picture is not given back before its renderer has read it, whatever the renderer has reported', async t => {
  const renderer = startRenderer({ memoryBytes: 2 ** 30, entry: odd })
  t.after(() => renderer.kill('closing'))
  await renderer.ready
  const bytes = Buffer.from('leave me unread'.padEnd(4 * 2 ** 20))
  const reported = Promise.withResolvers<void>()
  const picture = { bytes, framing: 'square', limits: defaultLimits } as const
  let isBack = false
  const given = renderer.render(picture, () => {
    reported.resolve()
    return false
  })
  void given.finally(() => {
    isBack = true
  })
  await reported.promise
  for (let count = 0; count < 8; count++) await turnOfTheLoop()
  assert.equal(isBack, false)
  renderer.kill('too slow')
  assert.equal(await given, postponed)
})

test('a renderer starts where node_modules is a link', async t => {
  const checkout = await mkdtemp(join(tmpdir(), 'visage-linked-'))
  t.after(() => rm(checkout, { recursive: true }))
  const root = join(import.meta.dirname, '../..')
  for (const name of ['src', 'package.json']) {
    await cp(join(root, name), join(checkout, name), { recursive: true })
  }
  await symlink(await realpath(join(root, 'node_modules')), join(checkout, 'node_modules'))
  const linked: typeof import('../../src/renditions/rendering.ts') = await import(
    pathToFileURL(join(checkout, 'src/renditions/rendering.ts')).href
  )
  const { rendering } = open(t, {}, linked.createRendering)
  const pack = await rendering.render(await portraitJpeg({ width: 300, height: 200 }), 'square')
  assert.equal(pack.renditions[0]?.width, 200)
})

describe('a picture that takes too long', () => {
  test('ends with its renderer, is refused, and the next picture is taken', async t => {
    const { rendering, ends, timeIsOver } = open(t, { renderers: 1, entry: odd })
    const hanging = show(rendering, 'hang')
    const refused = assert.rejects(hanging, refusal('image-too-slow'))
    await until(() => rendering.renderers().ready === 1 && rendering.queue().running === 1)
    const next = show(rendering, 'next')
    await timeIsOver()
    await refused
    assert.equal(await detailOf(next), 'next')
    const { started, killed, died } = rendering.renderers()
    assert.deepEqual({ started, killed, died }, { started: 2, killed: 1, died: 0 })
    assert.equal(ends[0]?.killedFor, 'too slow')
    assert.equal(ends[0]?.nextInMs, 0)
  })

  test('of three of them, none keeps another picture longer than its own time', async t => {
    const { rendering, timeIsOver } = open(t, { entry: odd })
    const hanging = ['hang', 'hang', 'hang'].map(picture => show(rendering, picture))
    const refused = hanging.map(one => assert.rejects(one, refusal('image-too-slow')))
    const honest = detailOf(show(rendering, 'honest'))
    await until(() => rendering.renderers().ready === 2)
    await timeIsOver()
    assert.equal(await honest, 'honest')
    assert.equal(rendering.renderers().killed, 2)
    await until(() => rendering.renderers().ready === 2)
    await timeIsOver()
    await Promise.all(refused)
  })

  test('is killed at the end, and waiting pictures are refused', async t => {
    const { rendering } = open(t, { renderers: 1, entry: odd })
    const hanging = assert.rejects(show(rendering, 'hang'), refusal('renderers-unavailable'))
    const waiting = assert.rejects(show(rendering, 'waiting'), refusal('overloaded'))
    await until(() => rendering.renderers().ready === 1)
    await rendering.close()
    await Promise.all([hanging, waiting])
    assert.equal(rendering.renderers().ready, 0)
    await assert.rejects(show(rendering, 'late'), refusal('overloaded'))
  })
})

describe('a renderer that ends', () => {
  for (const picture of ['crash', 'leave', 'lie', 'shout']) {
    test(`over a picture (${picture}) costs that picture only`, async t => {
      const { rendering, ends, timeIsOver } = open(t, { entry: odd })
      const other = assert.rejects(show(rendering, 'hang'), refusal('image-too-slow'))
      await assert.rejects(show(rendering, picture), refusal('image-ended-renderer'))
      assert.equal(await detailOf(show(rendering, 'next')), 'next')
      assert.equal(ends.length, 1)
      const { killed, died } = rendering.renderers()
      assert.deepEqual({ killed, died }, { killed: 0, died: 1 })
      await timeIsOver()
      await other
    })
  }

  test('by a signal from outside is never the picture’s fault; it is tried four times', async t => {
    const { rendering, ends } = open(t, { renderers: 1, entry: odd })
    const refused = assert.rejects(show(rendering, 'hang'), refusal('renderers-unavailable'))
    for (const round of [1, 2, 3, 4]) {
      await until(() => rendering.renderers().ready === 1)
      const [pid = 0] = rendering.renderers().pids
      process.kill(pid, 'SIGKILL')
      await until(() => ends.length === round)
    }
    await refused
    assert.equal(rendering.renderers().died, 4)
    assert.equal(await detailOf(show(rendering, 'next')), 'next')
  })

  test('repeatedly without any use is restarted more and more slowly', async t => {
    const { rendering, ends } = open(t, {
      renderers: 1,
      entry: join(import.meta.dirname, 'no-such-renderer.ts'),
      wait: async (ms, signal) => {
        if (ms >= 4000) await once(signal, 'abort')
      },
    })
    rendering.start()
    await until(() => ends.at(-1)?.nextInMs === 4000)
    assert.deepEqual(
      ends.map(({ nextInMs }) => nextInMs),
      [0, 250, 500, 1000, 2000, 4000],
    )
    assert.match(ends[0]?.detail ?? '', /no-such-renderer/)
    assert.equal(rendering.renderers().started, 6)
  })
})

describe('memory', () => {
  test('of all pictures together stays within the budget', async t => {
    const megabyte = 2 ** 20
    const { rendering, timeIsOver } = open(t, {
      renderers: 3,
      entry: odd,
      decodeMemoryBytes: 256 * megabyte,
    })
    const pictures = ['weighs 209715200', 'weighs 209715201', 'weighs 209715202']
    const all = pictures.map(picture => detailOf(show(rendering, picture)))
    const most: number[] = []
    const looking = setInterval(() => most.push(rendering.queue().memoryBytes), 0)
    t.after(() => clearInterval(looking))
    assert.deepEqual(await Promise.all(all), pictures)
    assert.ok(Math.max(...most) <= 256 * megabyte, `${Math.max(...most)} bytes`)
    assert.equal(rendering.queue().memoryBytes, 0)
    await timeIsOver()
  })
})

const hasLimits = hasProc && spawnSync('prlimit', ['--version']).status === 0

/** Each row: what happens at the second call of `prlimit`, and the result. */
const secondCalls = [
  ['refuses', 'exit 1', { told: 1, limited: 1 }],
  ['is ended by a signal', 'kill -KILL $$', { told: 0, limited: 2 }],
] as const

for (const [how, script, expected] of secondCalls) {
  test(`a prlimit that ${how} for the second renderer is no silent loss of limits`, {
    skip: !hasLimits && 'there is no prlimit',
  }, async t => {
    const folder = await mkdtemp(join(tmpdir(), 'visage-prlimit-'))
    const { PATH } = process.env
    t.after(() => {
      process.env.PATH = PATH
      return rm(folder, { recursive: true, force: true })
    })
    // The first call creates `one`, the second `two`; all others behave as the first.
    const program = `#!/bin/sh
if mkdir ${folder}/one 2>/dev/null || ! mkdir ${folder}/two 2>/dev/null
then PATH='${PATH}' exec prlimit "$@"
fi
${script}
`
    await writeFile(join(folder, 'prlimit'), program, { mode: 0o755 })
    process.env.PATH = `${folder}:${PATH}`
    let told = 0
    const { rendering } = open(t, { renderers: 2, unlimited: () => told++ })
    rendering.start()
    while (rendering.renderers().ready < 2) await delay(5)
    const files = await Promise.all(
      childrenOf(process.pid).map(pid => readFile(`/proc/${pid}/limits`, 'utf8').catch(() => '')),
    )
    const limited = files.filter(text => /^Max file size +0 /m.test(text)).length
    assert.deepEqual({ told, limited }, expected)
  })
}

describe('a renderer may not', () => {
  test('write, start programs or threads, and sees no environment', async t => {
    const { rendering } = open(t, { entry: odd })
    const outcome = JSON.parse(await detailOf(show(rendering, 'reach out')))
    const names = ['ARENA_MAX', 'MMAP_THRESHOLD_', 'TRIM_THRESHOLD_'].map(name => `MALLOC_${name}`)
    assert.equal(outcome.environment, [...names, 'UV_THREADPOOL_SIZE'].join())
    for (const deed of ['write', 'read', 'start', 'thread']) {
      assert.match(outcome[deed], /^(ERR_ACCESS_DENIED|EMFILE)$/, deed)
    }
  })

  const reason = 'there is no prlimit'
  test('open a socket or any file, by the limits of the kernel', {
    skip: !hasLimits && reason,
  }, async t => {
    const { rendering } = open(t, { entry: odd })
    const outcome = JSON.parse(await detailOf(show(rendering, 'reach out')))
    assert.equal(outcome.connect, 'EMFILE')
    assert.equal(outcome.readSources, 'EMFILE')
  })

  test('take more memory than its picture may', { skip: !hasLimits && reason }, async t => {
    const limits = { ...defaultLimits, maxDecodedBytes: 64 * 2 ** 20 }
    const { rendering } = open(t, { entry: odd, limits })
    assert.equal(await detailOf(show(rendering, 'eat 64')), '64')
    await assert.rejects(show(rendering, 'eat 256'), refusal('image-ended-renderer'))
  })

  test('outlive its server', { skip: !hasProc && 'there is no /proc' }, async () => {
    const program = `
      const { createRendering } = await import('${join(import.meta.dirname, '../../src/renditions/rendering.ts')}')
      const limits = ${JSON.stringify(defaultLimits)}
      const rendering = createRendering({ renderers: 2, maxWaiting: 9, limits, decodeMemoryBytes: 1e9 })
      rendering.start()
      while (rendering.renderers().ready < 2) await new Promise(resolve => setTimeout(resolve, 5))
      console.log('ready')
    `
    const server = spawn(process.execPath, ['--input-type=module', '--eval', program])
    await once(server.stdout, 'data')
    const pids = childrenOf(server.pid ?? 0)
    assert.equal(pids.length, 2)
    server.kill('SIGKILL')
    await once(server, 'close')
    await until(() => pids.every(pid => !isAlive(pid)))
  })
})
