/**
 * A replacement for a renderer that acts by the bytes of its picture: like a decoder that hangs, crashes, sends wrong
 * messages or tries forbidden actions. It has the rights and the messages of a renderer.
 */
import { Socket } from 'node:net'
import {
  cutFrames,
  type Frame,
  type Order,
  type Report,
  writeFrame,
} from '../../src/renditions/frames.ts'

const channel = new Socket({ fd: 3, readable: true, writable: true })
channel.on('close', () => process.kill(process.pid, 'SIGKILL'))

channel.once('data', chunk => {
  if (!chunk.includes('leave me unread')) return
  channel.removeAllListeners('data').pause()
  say({ report: 'admitted', decodedBytes: 0 })
  // Otherwise this process has nothing left to do, and ends.
  setInterval(() => {}, 60_000)
})

const say = (report: Report, body?: Uint8Array) => writeFrame(channel, report, body)
let picture = ''

channel.on(
  'data',
  cutFrames(({ head, body }: Frame) => {
    const { order } = head as Order
    if (order === 'cancel') return
    if (order === 'decode') return void decode()
    picture = body.toString()
    say({ report: 'admitted', decodedBytes: Number(/^weighs (\d+)/.exec(picture)?.[1] ?? 0) })
  }),
)

async function decode(): Promise<void> {
  const eats = /^eat (\d+)/.exec(picture)
  if (eats) return done(`${eat(Number(eats[1]))}`)
  switch (picture) {
    case 'hang':
      // It blocks JavaScript and its signal handlers too.
      for (;;);
    case 'crash':
      return process.abort()
    case 'leave':
      return process.exit(0)
    case 'lie':
      return say({ report: 'rendered', renditions: [rendition] }, Buffer.from('no JPEG'))
    case 'shout':
      channel.write(Buffer.alloc(100, 0xff))
      return
    case 'reach out':
      return done(JSON.stringify(await reachOut()))
    default:
      return done(picture)
  }
}

const rendition = { width: 48, height: 48, offset: 0, length: 7 }

function done(detail: string): void {
  say({ report: 'refused', code: 'image-broken', detail, facts: {} })
}

/** The actions that succeeded, and the errors of those that did not. */
async function reachOut(): Promise<Record<string, string>> {
  const { writeFileSync, readFileSync, openSync } = await import('node:fs')
  const { spawnSync } = await import('node:child_process')
  const { Worker } = await import('node:worker_threads')
  const attempts: Record<string, () => unknown> = {
    write: () => writeFileSync('/tmp/visage-renderer-wrote-this', ''),
    read: () => readFileSync('/etc/passwd'),
    readSources: () => openSync(import.meta.filename, 'r'),
    start: () => {
      const { error } = spawnSync(process.execPath, ['--version'])
      if (error) throw error
    },
    thread: () => new Worker('', { eval: true }),
    connect: connectSomewhere,
  }
  const outcomes: Record<string, string> = { environment: Object.keys(process.env).join() }
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt()
      outcomes[name] = 'done'
    } catch (error) {
      outcomes[name] = String((error as { code?: string }).code)
    }
  }
  return outcomes
}

function connectSomewhere(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new Socket()
    socket.on('connect', resolve).on('error', reject)
    socket.connect(9, '127.0.0.1')
  })
}

/** Node.js exits if it does not get them. */
function eat(megabytes: number): number {
  return Array.from({ length: megabytes }, () => Buffer.alloc(2 ** 20, 1)).length
}

say({ report: 'ready' })
