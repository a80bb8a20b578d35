/**
 * Whether what is acknowledged would survive the loss of power: no kill can show it, because the kernel
 * keeps what a dead process wrote. So a running server's system calls are looked at, and their order.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { drawNumber } from '../reliability/numbered-picture.ts'
import { whyMissing } from '../support/installed.ts'
import { contoso, ourAudience, startTestIssuer, v2User } from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'

const skip = whyNoTrace()
test('an upload is answered after the pack, its file name and its row are on the disk, in this order', {
  skip,
}, async () => {
  const calls = await traceOf('PUT', async set => set('PUT', await drawNumber(1)))
  const [, key = ''] = /([0-9a-f]{32})\.part/.exec(calls.map(({ text }) => text).join('\n')) ?? []
  const shard = `/packs/${key.slice(0, 2)}/${key.slice(2, 4)}`
  inOrder(calls, [
    ['the bytes are written', /^p?write\w*\(\d+<.*\.part>/],
    ['and synced', /^f(data)?sync\(\d+<.*\.part>/],
    ['then they get their name', new RegExp(`^rename\\w*\\(.*\\.part".*${shard}/${key}\\.jpg"`)],
    ['the folder of it is synced', new RegExp(`^fsync\\(\\d+<.*${shard}>`)],
    ['only then the row is written', /^pwrite64\(\d+<.*-wal>/],
    ['and synced', /^f(data)?sync\(\d+<.*-wal>/],
    ['and only then it is acknowledged', answer],
  ])
  const [first, second] = [key.slice(0, 2), shard]
  inOrder(calls, [
    ['a new folder is synced in the one above', new RegExp(`^mkdir\\w*\\(.*/packs/${first}"`)],
    ['which is the root', /^fsync\(\d+<.*\/packs>/],
    ['a folder in it likewise', new RegExp(`^mkdir\\w*\\(.*${second}"`)],
    ['which is the one before', new RegExp(`^fsync\\(\\d+<.*/packs/${first}>`)],
    ['before the answer', answer],
  ])
})

test('a removal is answered after the row is on the disk', { skip }, async () => {
  const calls = await traceOf('DELETE', async set => {
    await set('PUT', await drawNumber(1))
    await set('DELETE')
  })
  inOrder(calls, [
    ['the row is written', /^pwrite64\(\d+<.*-wal>/],
    ['and synced', /^f(data)?sync\(\d+<.*-wal>/],
    ['and only then it is acknowledged', answer],
  ])
})

const answer = /^write\w*\(.*HTTP\/1\.1 200/

type SystemCall = Readonly<{ text: string; began: number; ended: number }>
type Change = (method: 'PUT' | 'DELETE', body?: Uint8Array) => Promise<void>

/** What the server asks of the kernel from the last request of this method to its answer. */
async function traceOf(
  method: string,
  work: (change: Change) => Promise<void>,
): Promise<SystemCall[]> {
  let calls: SystemCall[] = []
  await inFolder(async cwd => {
    await using issuer = await startTestIssuer()
    const iss = `${issuer.origin}/${contoso}/v2.0`
    const env = { VISAGE_ISSUER: iss, VISAGE_AUDIENCE: ourAudience, VISAGE_PORT: '0' }
    const trace = join(cwd, 'trace')
    // -D: strace looks on from the side, and signals go to Visage itself.
    const through = ['strace', '-D', '-f', '-q', '-y', '-s', '80', '-e', traced, '-o', trace]
    const visage = await startVisage(['serve'], { cwd, env, through })
    const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
    await work(async (asked, body) => {
      const { status } = await fetch(`${visage.origin}/v1.0/me/photo/$value`, {
        method: asked,
        headers: { authorization },
        ...(body && { body: Uint8Array.from(body) }),
      })
      assert.equal(status, 200)
    })
    assert.equal((await visage.stop()).code, 0)
    calls = parseTrace(await readWhole(trace, visage.pid))
  })
  const from = calls.findLastIndex(({ text }) => text.includes(`"${method} /v1.0/me/photo`))
  const to = calls.findIndex(({ text }, at) => at > from && answer.test(text))
  assert.ok(from >= 0 && to > from, 'the request is in the trace, and its answer')
  return calls.slice(from, to + 1)
}

/** strace looks on from the side, so it may write the last calls after the server has ended. */
async function readWhole(trace: string, pid: number | undefined): Promise<string> {
  for (;;) {
    const text = await readFile(trace, 'utf8')
    if (new RegExp(`^${pid} +\\+\\+\\+ exited`, 'm').test(text)) return text
    await delay(20)
  }
}

const traced =
  'trace=read,write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat'

/** In the order in which they began; of one that another interrupts on its way the two halves are joined. */
function parseTrace(text: string): SystemCall[] {
  const calls: { text: string; began: number; ended: number }[] = []
  const underWay = new Map<string, (typeof calls)[number]>()
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', said = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const begun = underWay.get(thread)
    if (said.startsWith('<...') && begun) {
      // What a call has read stands in its second half.
      begun.text = begun.text.replace('<unfinished ...>', () =>
        said.replace(/^<\.\.\. \w+ resumed>/, ''),
      )
      begun.ended = at
      underWay.delete(thread)
      continue
    }
    const call = { text: said, began: at, ended: at }
    calls.push(call)
    if (said.endsWith('<unfinished ...>')) underWay.set(thread, call)
  }
  return calls
}

/** The last of each kind begins when that of the kind before has ended. */
function inOrder(
  calls: readonly SystemCall[],
  steps: readonly (readonly [string, RegExp])[],
): void {
  const list = calls.map(({ text }) => text).join('\n')
  let past = -1
  for (const [what, pattern] of steps) {
    const last = calls.findLast(({ text }) => pattern.test(text))
    assert.ok(last, `${what}: no ${pattern} among\n${list}`)
    assert.ok(last.began > past, `${what}: ${pattern} comes too early in\n${list}`)
    past = last.ended
  }
}

/** Looking at another process is not allowed everywhere. */
function whyNoTrace(): string | false {
  const missing = whyMissing('strace')
  if (missing) return missing
  const { status, stderr } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'])
  return status !== 0 && `not run: strace does not work here (${String(stderr).trim()})`
}
