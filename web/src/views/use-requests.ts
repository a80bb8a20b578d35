/** The requests to the server while a view is open, whether the stream is alive, and what a pause holds back. */
import { useCallback, useEffect, useState } from 'react'
import { followRequests } from '../developer/follow-requests.ts'
import { type ShownRequest, withRequest } from '../developer/shown-request.ts'

export type Followed = Readonly<{
  /** Newest first; while paused, those before the pause. */
  requests: readonly ShownRequest[]
  /** How many have come since the pause. */
  held: number
  isPaused: boolean
  /** undefined while the stream is alive; '' when the server does not answer; else its words. */
  broken: string | undefined
  /** The last request that was there before the view was opened. */
  known: number
  pause: () => void
  resume: () => void
  clear: () => void
}>

type State = Readonly<{ all: readonly ShownRequest[]; clearedTo: number; known: number }>

const nothing: State = { all: [], clearedTo: 0, known: 0 }

export function useRequests(base: string): Followed {
  const [state, setState] = useState(nothing)
  const [pausedAt, setPausedAt] = useState<number>()
  const [broken, setBroken] = useState<string>()
  useEffect(() => {
    const leaving = new AbortController()
    let isBeginning = false
    const told = (request: ShownRequest) =>
      setState(before => {
        const known = isBeginning ? Math.max(before.known, request.id) : before.known
        return { ...before, known, all: withRequest(before.all, request) }
      })
    void followRequests({
      fetch: (address, init) => fetch(address, init),
      base,
      signal: leaving.signal,
      wait,
      begun() {
        isBeginning = true
        // What the server already has comes in one piece.
        setTimeout(() => {
          isBeginning = false
        }, 200)
        setBroken(undefined)
        setPausedAt(undefined)
        setState(nothing)
      },
      told,
      forgotten: () => setState(before => ({ ...before, all: [] })),
      broken: why => setBroken(why ?? ''),
    })
    return () => leaving.abort()
  }, [base])
  const last = state.all[0]?.id ?? state.clearedTo
  const shown = state.all.filter(({ id }) => id > state.clearedTo && id <= (pausedAt ?? id))
  return {
    requests: shown,
    held: pausedAt === undefined ? 0 : state.all.filter(({ id }) => id > pausedAt).length,
    isPaused: pausedAt !== undefined,
    broken,
    known: state.known,
    pause: useCallback(() => setPausedAt(last), [last]),
    resume: useCallback(() => setPausedAt(undefined), []),
    clear: useCallback(() => setState(before => ({ ...before, clearedTo: last })), [last]),
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
