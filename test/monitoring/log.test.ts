/** The log: the form of a line, and that none is lost, however a process ends. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Severity } from '../../src/events.ts'
import { openLog } from '../../src/monitoring/log.ts'
import { portraitJpeg } from '../support/pictures.ts'
import {
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'
import { inFolder, runVisage, startVisage } from '../support/visage.ts'

const log = new URL('../../src/monitoring/log.ts', import.meta.url).href

function lineOf(fields: Readonly<Record<string, unknown>>, severity: Severity = 'info'): string {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  openLog({ level: 'debug', to, now: () => 0 })(severity, fields)
  return lines.join('')
}

type Line = Readonly<{ number?: number; lines?: number }>

describe('a line', () => {
  test('is one JSON object with its time, severity and event', () => {
    assert.equal(
      lineOf({ event: 'listening', origin: 'http://localhost:1' }),
      '{"severity":"info","time":"1970-01-01T00:00:00.000Z","event":"listening","origin":"http://localhost:1"}\n',
    )
  })

  test('cannot be broken or forged by its contents', () => {
    const path = '/x\n{"severity":"info","event":"ended"}\r\n\u2028\u0000"\\'
    const line = lineOf({ path })
    assert.equal(line.indexOf('\n'), line.length - 1)
    assert.equal((JSON.parse(line) as { path: string }).path, path)
  })

  test('names the worker that wrote it', () => {
    const lines: string[] = []
    const to = { write: (line: string) => void lines.push(line) }
    openLog({ level: 'info', to, with: { worker: 2 } })('info', { event: 'x' })
    assert.equal((JSON.parse(lines.join('')) as { worker: number }).worker, 2)
  })

  test('is left out below the level', () => {
    const to = { write: () => assert.fail('was written') }
    openLog({ level: 'warning', to })('info', { event: 'x' })
  })
})

/** Each row: how a process ends, as a statement. */
const ends: readonly (readonly [string, string])[] = [
  ['by itself', ''],
  ['by process.exit', 'process.exit(0)'],
  ['by an error', "throw new Error('oops')"],
  ['killed', "process.kill(process.pid, 'SIGKILL')"],
]

describe('the log of a process', () => {
  for (const [how, statement] of ends) {
    test(`is whole when the process ends ${how}, and its reader is slow`, async () => {
      const child = write(`for (let n = 0; n < 5000; n++) log('info', { n }); ${statement}`)
      let text = ''
      for await (const chunk of child.stderr) {
        text += chunk
        await delay(1)
      }
      const lines = text.split('\n').filter(line => line.startsWith('{"severity":"info"'))
      assert.equal(lines.length, 5000)
    })
  }

  test('without a reader does not end the process', async () => {
    const child = write(
      "await new Promise(r => process.stdin.once('data', r)); log('info', {}); log('info', {}); process.stdin.destroy()",
    )
    child.stderr.destroy()
    await delay(50)
    child.stdin.write('go')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  test('with a stopped reader delays no request, and reports how many lines were lost', async () => {
    const child = write(`
      process.stderr // is a pipe that is not waited for, once somebody has looked
      const write = number => log('info', { number, text: 'x'.repeat(1000) })
      for (let number = 0; number < 3000; number++) write(number)
      console.log('has written')
      process.stdin.on('data', () => {}).on('end', () => { write(3000); process.exit() })`)
    const startedAtMs = performance.now()
    await once(child.stdout, 'data')
    assert.ok(performance.now() - startedAtMs < 60_000)

    let text = ''
    child.stderr.setEncoding('utf8').on('data', chunk => (text += chunk))
    while (!text.includes('lines-lost')) await delay(10)
    child.stdin.end()
    await once(child, 'close')
    const lines = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Line)
    assert.equal(lines.pop()?.number, 3000)
    const { lines: lost } = lines.pop() ?? {}
    assert.deepEqual(
      lines.map(({ number }) => number),
      Array.from({ length: lines.length }, (_, number) => number),
    )
    assert.equal(lines.length + Number(lost), 3000)
  })

  function write(statements: string) {
    const program = `import { openLog } from '${log}'; const log = openLog({ level: 'info', to: 2 }); ${statements}`
    return spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }
})

describe('visage serve', () => {
  let issuer: TestIssuer
  before(async () => {
    issuer = await startTestIssuer()
  })
  after(() => issuer[Symbol.asyncDispose]())

  const settings = () => ({
    VISAGE_ISSUER: `${issuer.origin}/${contoso}/v2.0`,
    VISAGE_AUDIENCE: ourAudience,
    VISAGE_PORT: '0',
  })
  const bearer = () => {
    const iss = `${issuer.origin}/${contoso}/v2.0`
    return `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
  }

  for (const [level, events] of [
    ['info', ['listening', 'photo-changed', 'ending', 'ended']],
    ['debug', ['listening', 'answered', 'photo-changed', 'ending', 'ended']],
  ] as const) {
    test(`logs the events of level ${level}, with the ids of the answer and without a token`, () =>
      inFolder(async cwd => {
        const env = { ...settings(), VISAGE_LOG_LEVEL: level }
        const visage = await startVisage(['serve'], { cwd, env })
        const headers = { authorization: bearer(), 'client-request-id': 'of-the-test' }
        await (await fetch(`${visage.origin}/v1.0/me?token=hidden`, { headers })).text()
        const body = Uint8Array.from(await portraitJpeg({ width: 60, height: 60, seed: 1 }))
        const url = `${visage.origin}/v1.0/me/photo/$value`
        const put = await fetch(url, { method: 'PUT', headers, body })
        await visage.stop()
        const lines = visage.stderr().trim().split('\n')
        const found = lines.map(line => JSON.parse(line) as Record<string, unknown>)
        assert.deepEqual(
          found.map(({ event }) => event),
          events,
        )
        const changed = found.find(({ event }) => event === 'photo-changed')
        assert.equal(changed?.requestId, put.headers.get('request-id'))
        assert.equal(changed?.clientRequestId, 'of-the-test')
        assert.equal(changed?.operation, 'updatePhoto')
        assert.equal(changed?.ownerId, changed?.callerId)
        for (const secret of ['hidden', 'Bearer', 'eyJ']) {
          assert.ok(!visage.stderr().includes(secret), secret)
        }
      }))
  }

  test('names a level that there is not', () =>
    inFolder(async cwd => {
      const env = { ...settings(), VISAGE_LOG_LEVEL: 'trace' }
      const { code, stderr } = await runVisage(['serve'], { cwd, env })
      assert.equal(code, 2)
      assert.match(stderr, /VISAGE_LOG_LEVEL \(--log-level\): 'trace' is not one of error, warning/)
    }))

  test('keeps the password of a database that cannot be reached to itself', () =>
    inFolder(async cwd => {
      const database = 'postgres://visage:very-secret@127.0.0.1:1/visage'
      const env = { ...settings(), VISAGE_DATABASE: database }
      const { code, stderr } = await runVisage(['serve'], { cwd, env })
      assert.equal(code, 1)
      assert.match(stderr, /PostgreSQL cannot be reached/)
      assert.doesNotMatch(stderr, /very-secret/)
    }))
})
