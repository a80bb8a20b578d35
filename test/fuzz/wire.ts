/**
 * Bytes on a socket: the pieces that a client writes and the way it ends, and the answers, read strictly by the rules of
 * HTTP.
 */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './judge.ts'

export type Script = Readonly<{
  /** The name of the case, for the report. */
  kind: string
  /** Written one after another, with a little time in between. */
  pieces: readonly Uint8Array[]
  /**
   * 'answered': the client waits for its answers and closes; 'half-closed': it ends its side and then
   * waits; 'aborted': it resets the connection at once; 'held': it never ends its side by itself.
   */
  ending: 'answered' | 'half-closed' | 'aborted' | 'held'
  /** The exact number of final answers; undefined if it cannot be predicted. */
  answers: number | undefined
}>

export type Exchange = Readonly<{
  answers: readonly Answer[]
  /** Bytes that are not a complete answer. */
  rest: Buffer
  /** The server neither closed nor answered. */
  isHanging: boolean
  durationMs: number
}>

const hangMs = 8_000
const pauseMs = 2
/** How long a client waits for an answer that need not come. */
const timeoutMs = 150

export async function exchange(port: number, script: Script): Promise<Exchange> {
  const startedAt = performance.now()
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const received: Buffer[] = []
  let isClosed = false
  let hasEnded = false
  socket.on('data', chunk => received.push(chunk))
  // A server that refuses may reset what still arrives.
  socket.on('error', () => {})
  socket.on('end', () => {
    hasEnded = true
  })
  socket.on('close', () => {
    isClosed = true
  })
  const read = () => readAnswers(Buffer.concat(received), mayBeHead(script))
  const until = async (isOver: () => boolean, timeoutMs: number) => {
    for (let waited = 0; waited < timeoutMs && !isOver(); waited += pauseMs) await delay(pauseMs)
    return isOver()
  }
  for (const [index, piece] of script.pieces.entries()) {
    if (index > 0) await delay(pauseMs)
    if (!isClosed) socket.write(piece)
  }
  let isOver = true
  const expected = script.answers ?? 1
  const isAnswered = () => isClosed || hasEnded || read().answers.length >= expected
  if (script.ending === 'aborted') {
    socket.resetAndDestroy()
  } else if (script.ending === 'half-closed') {
    socket.end()
    isOver = await until(() => isClosed || hasEnded, hangMs)
  } else {
    const patience = script.answers === undefined && script.ending !== 'held' ? timeoutMs : hangMs
    isOver = (await until(isAnswered, patience)) || script.answers === undefined
    if (script.ending === 'answered') socket.end()
    isOver = (await until(() => isClosed || hasEnded, hangMs)) && isOver
  }
  socket.destroy()
  return { ...read(), isHanging: !isOver, durationMs: performance.now() - startedAt }
}

/** Bytes of the answer to a HEAD look like an answer that was cut off. */
function mayBeHead({ pieces }: Script): boolean {
  return Buffer.concat(pieces).includes('HEAD ')
}

const startLine = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t\x20-\x7e\x80-\xff]*)$/

/** Throws at the first line that is not HTTP; 1xx are skipped. */
export function readAnswers(bytes: Buffer, mayBeHead: boolean): Pick<Exchange, 'answers' | 'rest'> {
  const answers: Answer[] = []
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return { answers, rest }
    const [start = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n')
    const status = Number(startLine.exec(start)?.[1] ?? Number.NaN)
    if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(start)}`)
    const headers = readHeaders(lines)
    const after = rest.subarray(end + 4)
    if (status < 200) {
      rest = after
      continue
    }
    const length = bodyLength(status, headers, after, mayBeHead)
    if (length === undefined) return { answers, rest }
    answers.push({ status, headers, body: readBody(headers, after.subarray(0, length)) })
    rest = after.subarray(length)
  }
}

function readHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? []
    if (name === '') throw new Error(`no header line: ${JSON.stringify(line)}`)
    if (headers.has(name.toLowerCase())) throw new Error(`header ${name} twice`)
    headers.set(name.toLowerCase(), value)
  }
  return Object.fromEntries(headers)
}

/** Undefined if it has not arrived completely. */
function bodyLength(
  status: number,
  headers: Readonly<Record<string, string>>,
  after: Buffer,
  mayBeHead: boolean,
): number | undefined {
  if (status === 204 || status === 304) return 0
  if (mayBeHead && (after.length === 0 || after.toString('latin1', 0, 7) === 'HTTP/1.')) return 0
  if (headers['transfer-encoding'] === 'chunked') {
    const end = after.indexOf('0\r\n\r\n')
    return end < 0 ? undefined : end + 5
  }
  const length = Number(headers['content-length'])
  if (Number.isNaN(length)) throw new Error('an answer without a length')
  return after.length < length ? undefined : length
}

/** Only empty bodies are sent in chunks here. */
function readBody(headers: Readonly<Record<string, string>>, bytes: Buffer): Buffer {
  return headers['transfer-encoding'] === 'chunked' ? bytes.subarray(0, -5) : bytes
}
