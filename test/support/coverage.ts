/**
 * The files of src in which a running process calls a function, by V8's precise coverage over its inspector.
 * Start the process with `inspected` in its environment.
 */
import { once } from 'node:events'

/** The inspector listens on a free port, which the process prints on standard error. */
export const inspected = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

export type Coverage = Readonly<{
  /** The files called since the last call of this function, such as `graph/answer.ts`. */
  takeFiles: () => Promise<ReadonlySet<string>>
  close: () => void
}>

export async function startCoverage(stderr: string): Promise<Coverage> {
  const address = /Debugger listening on (ws:\S+)/.exec(stderr)?.[1]
  if (address === undefined) throw new Error(`no address of an inspector in: ${stderr}`)
  const socket = new WebSocket(address)
  const answers = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) answers.get(answer.id)?.(answer)
  })
  await once(socket, 'open')
  const closed = once(socket, 'close').then(() => {
    throw new Error('the inspector has closed')
  })
  closed.catch(() => {})
  const post = (method: string, params = {}) => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const id = answers.size + 1
    answers.set(id, resolve)
    socket.send(JSON.stringify({ id, method, params }))
    return Promise.race([promise, closed])
  }
  await post('Profiler.enable')
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  return {
    async takeFiles() {
      const { result } = await post('Profiler.takePreciseCoverage')
      return new Set((result?.result ?? []).filter(isCalled).flatMap(({ url }) => nameOf(url)))
    },
    close: () => socket.close(),
  }
}

type Script = Readonly<{
  url: string
  functions: readonly Readonly<{ ranges: readonly Readonly<{ count: number }>[] }>[]
}>
type Answer = Readonly<{ id?: number; result?: Readonly<{ result?: readonly Script[] }> }>

function isCalled({ functions }: Script): boolean {
  return functions.some(({ ranges: [whole] }) => (whole?.count ?? 0) > 0)
}

const sources = new URL('../../src/', import.meta.url).href

function nameOf(url: string): readonly string[] {
  return url.startsWith(sources) ? [url.slice(sources.length)] : []
}
