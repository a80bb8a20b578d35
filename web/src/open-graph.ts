/** The public API with the token of the session. Tells the frame what concerns the whole page. */
import { createGraph, type Graph } from './graph/graph.ts'
import { Problem } from './graph/problem.ts'
import { SignInTrouble } from './sign-in/trouble.ts'

type Parts = Readonly<{
  /** With its slash. */
  base: string
  fetch: (address: string, init?: RequestInit) => Promise<Response>
  /** Throws a SignInTrouble. */
  tokenFor: (permissions: readonly string[]) => Promise<string>
  hasAsked: (permissions: readonly string[]) => boolean
  onBusy: (seconds: number) => void
  onEnded: () => void
  onOwnPhotoChanged: () => void
}>

export function openGraph(parts: Parts): Graph {
  const graph = createGraph({
    base: parts.base.replace(/\/$/, ''),
    fetch: parts.fetch,
    tokenFor: permissions =>
      parts.tokenFor(permissions).catch((error: unknown) => {
        throw toProblem(error)
      }),
    waitWhileBusy: async (seconds, signal) => {
      parts.onBusy(seconds)
      await wait(seconds * 1000, signal)
    },
  })
  return { ...graph, send: watch(graph.send, parts), hasAsked: parts.hasAsked }
}

function watch(send: Graph['send'], { onEnded, onOwnPhotoChanged }: Parts): Graph['send'] {
  return async (method, path, options) => {
    try {
      const response = await send(method, path, options)
      if (method !== 'GET' && path === '/me/photo/$value') onOwnPhotoChanged()
      return response
    } catch (error) {
      if (error instanceof Problem && error.kind === 'signed-out') onEnded()
      throw error
    }
  }
}

function toProblem(error: unknown): unknown {
  if (!(error instanceof SignInTrouble)) return error
  if (error.kind === 'ended') return new Problem({ kind: 'signed-out' }, error)
  if (error.kind === 'unreachable') return new Problem({ kind: 'offline' }, error)
  return new Problem({ kind: 'refused', words: error.facts.reason ?? error.message }, error)
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
