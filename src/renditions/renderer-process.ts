/**
 * One renderer as its server sees it: a process without rights that is given one picture at a time and can
 * be killed at any moment. It decides nothing: what is next, and when it has been long enough, is
 * renderer-pool.ts.
 *
 * Its rights end in three ways. The environment is empty, so that it has no secrets. Node's permission
 * model takes JavaScript's way to write files and to start programs. Limits of the kernel, set once it
 * is ready, hold for the decoders too: it can open nothing any more (no file, no socket, no library of a program), no
 * file can grow, and it has so much memory.
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
  type Order,
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
  /** What it said last, in words. */
  detail: string
}>

/** 'wrong': it said what no renderer says, or that there is a bug. */
type Reason = 'too slow' | 'wrong' | 'closing'

export type Renderer = Readonly<{
  pid: number | undefined
  /** Resolves when it can take a picture. Rejects when it ended before. */
  ready: Promise<Readonly<{ isLimited: boolean }>>
  ended: Promise<End>
  /**
   * Throws the Failure that the picture was refused with, and LostRenderer when the process ended first.
   * `allow` is asked when the picture's need of memory is known.
   */
  render: (picture: Picture, allow: Allow) => Promise<RenderedPack | Postponed>
  kill: (why: Reason) => void
  /** It has ended, or was killed and may still hand over what it had done before. */
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

export type RendererOptions = Readonly<{
  /** Bytes that it may have besides what it has when it is ready. */
  memoryBytes: number
  /** Another program in its place, for tests. */
  entry?: string | undefined
}>

export function startRenderer({ memoryBytes, entry = ownEntry }: RendererOptions): Renderer {
  const child = spawn(process.execPath, [...flags, ...readable(entry), entry], {
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  // A process that could not be made has no streams either.
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
      // A process that could not be made has no end.
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
    return { isLimited: await limit(child.pid, memoryBytes) }
  })()
  ready.catch(() => {})
  return { pid: child.pid, ready, ended, render, kill, isOver }

  async function render({ bytes, framing, limits }: Picture, allow: Allow) {
    writeFrame(channel, { order: 'render', framing, limits }, bytes)
    const weighed = await reports.next()
    if (weighed.report !== 'weighed') throw reasonOf(weighed)
    const isAllowed = allow(weighed.decodedBytes)
    writeFrame(channel, { order: isAllowed ? 'decode' : 'forget' } satisfies Order)
    if (!isAllowed) return postponed
    const rendered = await reports.next()
    if (rendered.report !== 'rendered') throw reasonOf(rendered)
    return rendered.pack
  }
}

const maxDetail = 2000

type Read = Exclude<Report, { report: 'rendered' | 'failed' }> | Rendered
type Rendered = Readonly<{ report: 'rendered'; pack: RenderedPack }>

/** One report after another, as they are asked for. What is wrong in one, or was not asked for, is told. */
function readReports(channel: Duplex, ended: Promise<End>, tellWrong: (error: string) => void) {
  let asked: PromiseWithResolvers<Read> | undefined
  let end: End | undefined
  const take = ({ head, body }: Frame) => {
    const report = readReport(head)
    if (asked === undefined) throw new TypeError('a renderer spoke without being asked')
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
      tellWrong(String(error))
    }
  })
  // That it is closed is told by the end of the process.
  channel.on('error', () => {})
  // Once for all reports: what waits for an end that is far away is kept until then, with its pack.
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
  return new Error(`a renderer said '${report.report}' out of turn`)
}

const ownEntry = join(import.meta.dirname, `renderer${extname(import.meta.filename)}`)

/**
 * Nothing of the server's. One arena of glibc's allocator: more of them keep what no picture needs. Blocks of
 * pixels are mapped and given back singly: without fixed thresholds glibc raises both, up to 32 and 64 MB, and
 * keeps so much. https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
const environment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '131072',
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

/** Where packages are looked for by name. Any of these may be a link to a folder elsewhere. */
function packagesAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [] : [join(above, 'node_modules'), ...packagesAbove(above)]
}

/** The outermost, because those of pnpm are linked to one another. */
function packagesAround(file: string): string {
  const name = `${sep}node_modules${sep}`
  return file.slice(0, file.indexOf(name) + name.length)
}

/**
 * By the program `prlimit` of util-linux, for Node.js has no way of its own. False where there is none, and
 * on systems other than Linux: then only Node's permission model holds.
 */
async function limit(pid: number | undefined, memoryBytes: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const usedKilobytes = Number(/^VmData:\s+(\d+) kB$/m.exec(status)?.[1])
    const data = usedKilobytes * 1024 + memoryBytes
    const limits = ['--nofile=0', '--fsize=0', '--core=0', `--data=${data}`]
    await promisify(execFile)('prlimit', [`--pid=${pid}`, ...limits])
    return true
  } catch {
    return false
  }
}
