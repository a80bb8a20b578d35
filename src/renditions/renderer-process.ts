/**
 * One renderer as its server sees it: a process without rights that gets one picture at a time and can be
 * killed at any moment. renderer-pool.ts decides which picture and for how long.
 *
 * Three things limit it. Its environment is empty, so it has no secrets. Node's permission model stops
 * JavaScript from writing files and starting programs. Kernel limits, set once it is ready, also apply to
 * the decoders: it cannot open anything (no file, socket or library), no file can grow, and its memory is
 * bounded.
 */
import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, sep } from 'node:path'
import { type Duplex, PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  cutFrames,
  type Frame,
  failureOf,
  type Report,
  readPack,
  readReport,
  writeFrame,
} from './frames.ts'
import type { Limits } from './limits.ts'
import { type Allow, type Postponed, postponed } from './queue.ts'
import type { Framing, RenderedPack } from './rendition.ts'

export type Picture = Readonly<{ bytes: Uint8Array; framing: Framing; limits: Limits }>

export type End = Readonly<{
  pid: number | undefined
  code: number | null
  signal: NodeJS.Signals | null
  /** Undefined when its server did not end it. */
  killedFor: Reason | undefined
  /** Its last output. */
  detail: string
}>

/** 'wrong': it sent what no renderer sends, or reported a bug. */
type Reason = 'too slow' | 'wrong' | 'closing'

export type Renderer = Readonly<{
  pid: number | undefined
  /** Resolves when it can take a picture. Rejects if it ends before. */
  ready: Promise<Readonly<{ isLimited: boolean }>>
  ended: Promise<End>
  /**
   * Throws the Failure that refuses the picture, and LostRenderer if the process ends first. `allow` is
   * called when the memory that the picture needs is known.
   */
  render: (picture: Picture, allow: Allow) => Promise<RenderedPack | Postponed>
  kill: (why: Reason) => void
  /** It has ended, or was killed and may still deliver an earlier answer. */
  isOver: () => boolean
}>

export class LostRenderer extends Error {
  override readonly name = 'LostRenderer'
  readonly end: End

  constructor(end: End) {
    super(`the renderer ended with ${end.signal ?? end.code}: ${end.detail}`)
    this.end = end
  }
}

type RendererOptions = Readonly<{
  /** Bytes that it may use beyond what it has when ready. */
  memoryBytes: number
  /** Another program instead, for tests. */
  entry?: string | undefined
}>

export function startRenderer({ memoryBytes, entry = ownEntry }: RendererOptions): Renderer {
  const child = spawn(process.execPath, [...flags, ...readable(entry), entry], {
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  // A process that could not be started has no streams.
  const channel = (child.pid === undefined ? new PassThrough() : child.stdio[3]) as Duplex
  let detail = ''
  let killedFor: Reason | undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    detail = (detail + text).slice(-maxDetail)
  })
  const kill = (why: Reason) => {
    killedFor ??= why
    child.kill('SIGKILL')
  }
  const isOver = () =>
    killedFor !== undefined || child.exitCode !== null || child.signalCode !== null
  const ended = new Promise<End>(resolve => {
    const end = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ pid: child.pid, code, signal, killedFor, detail: detail.trim() })
    child.once('close', end)
    child.once('error', error => {
      detail = String(error)
      // A process that could not be started has no exit.
      if (child.pid === undefined) end(null, null)
    })
  })
  const reports = readReports(channel, ended, error => {
    detail = error
    kill('wrong')
  })
  const ready = (async () => {
    const report = await reports.next()
    if (report.report !== 'ready') throw new LostRenderer(await ended)
    try {
      return { isLimited: await limit(child.pid, memoryBytes) }
    } catch (error) {
      detail = String(error)
      kill('wrong')
      throw new LostRenderer(await ended)
    }
  })()
  ready.catch(() => {})
  return { pid: child.pid, ready, ended, render, kill, isOver }

  async function render({ bytes, framing, limits }: Picture, allow: Allow) {
    const sent = writeFrame(channel, { order: 'render', framing, limits }, bytes)
    try {
      return await followPicture(allow)
    } finally {
      // Our caller frees the bytes. A renderer under an attacker's control may answer before it has read them.
      await sent
    }
  }

  async function followPicture(allow: Allow) {
    const admitted = await reports.next()
    if (admitted.report !== 'admitted') throw reasonOf(admitted)
    const isAllowed = allow(admitted.decodedBytes)
    void writeFrame(channel, { order: isAllowed ? 'decode' : 'cancel' })
    if (!isAllowed) return postponed
    const rendered = await reports.next()
    if (rendered.report !== 'rendered') throw reasonOf(rendered)
    return rendered.pack
  }
}

const maxDetail = 2000

type Read = Exclude<Report, { report: 'rendered' | 'failed' }> | Rendered
type Rendered = Readonly<{ report: 'rendered'; pack: RenderedPack }>

/** One report after another. A wrong or unexpected report is an error. */
function readReports(channel: Duplex, ended: Promise<End>, reportWrong: (error: string) => void) {
  let asked: PromiseWithResolvers<Read> | undefined
  let end: End | undefined
  const take = ({ head, body }: Frame) => {
    const report = readReport(head)
    if (asked === undefined) throw new TypeError('a renderer sent a report that was not expected')
    if (report.report === 'failed') throw new Error(report.error)
    if (report.report !== 'rendered') asked.resolve(report)
    else asked.resolve({ report: 'rendered', pack: readPack(report.renditions, body) })
    asked = undefined
  }
  const cut = cutFrames(take)
  channel.on('data', (chunk: Buffer) => {
    try {
      cut(chunk)
    } catch (error) {
      reportWrong(String(error))
    }
  })
  // The end of the process reports that it is closed.
  channel.on('error', () => {})
  // One promise for all reports: one for each would be kept, with its pack, until the distant end.
  void ended.then(known => {
    end = known
    asked?.reject(new LostRenderer(known))
  })
  return {
    async next(): Promise<Read> {
      if (end) throw new LostRenderer(end)
      asked = Promise.withResolvers()
      return await asked.promise
    },
  }
}

function reasonOf(report: Read): Error {
  if (report.report === 'refused') return failureOf(report)
  return new Error(`a renderer sent '${report.report}' out of order`)
}

const ownEntry = join(import.meta.dirname, `renderer${extname(import.meta.filename)}`)

/**
 * Nothing from the server's environment. One arena of glibc's allocator, since more keep unused memory. Large blocks are
 * mapped and returned one by one: without a fixed threshold glibc raises it, up to 32 MB. At the end of its heap it keeps up
 * to 16 MB, which is what a phone photo takes, so that the next one does not get every page from the kernel again.
 * https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
const environment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '16777216',
  UV_THREADPOOL_SIZE: '1',
}

const flags = [
  '--permission',
  '--allow-addons',
  '--no-warnings',
  '--expose-gc',
  '--max-old-space-size=64',
  '--max-semi-space-size=1',
  '--v8-pool-size=0',
]

/** This code, its package.json, and the packages, of which sharp is one. */
function readable(entry: string): string[] {
  const sources = dirname(import.meta.dirname)
  const packages = packagesAround(fileURLToPath(import.meta.resolve('sharp')))
  const paths = [entry, sources, join(dirname(sources), 'package.json'), packages]
  return [...paths, ...packagesAbove(sources)].map(path => `--allow-fs-read=${path}`)
}

/** Where Node.js looks for packages. Any of these may be a link to another folder. */
function packagesAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [] : [join(above, 'node_modules'), ...packagesAbove(above)]
}

/** The outermost, because packages of pnpm link to one another. */
function packagesAround(file: string): string {
  const name = `${sep}node_modules${sep}`
  return file.slice(0, file.indexOf(name) + name.length)
}

/**
 * By the program `prlimit` of util-linux, since Node.js cannot do it. False if it is missing or refused, and
 * on systems other than Linux: then only Node's permission model applies. Throws if it fails twice for
 * another reason, such as a signal or no memory for a process.
 */
async function limit(pid: number | undefined, memoryBytes: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined)
  if (status === undefined) return false
  const usedKilobytes = Number(/^VmData:\s+(\d+) kB$/m.exec(status)?.[1])
  const data = usedKilobytes * 1024 + memoryBytes
  const limits = [`--pid=${pid}`, '--nofile=0', '--fsize=0', '--core=0', `--data=${data}`]
  return await setLimits(limits).catch(() => setLimits(limits))
}

async function setLimits(limits: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)('prlimit', limits)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A number is its exit status.
    if (typeof code === 'number' || code === 'ENOENT' || code === 'EACCES') return false
    throw error
  }
}
