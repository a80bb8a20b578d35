/**
 * The panel of one owner for React: opened when it is shown, closed when it is left, a new one for another owner, so
 * that no answer for a former owner is ever shown for the next. Coming back to the window reads the photo again.
 */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import type { Graph } from '../graph/graph.ts'
import type { Owner } from '../graph/photos.ts'
import { type Clock, createPanel, type Panel } from './panel.ts'
import type { Act, State } from './panel-state.ts'
import { start } from './panel-steps.ts'
import { serverOf } from './server-of-owner.ts'

export type PanelInUse = Readonly<{ state: State; send: (act: Act) => void; save: Panel['save'] }>

/** Mount the component anew (`key`) for another owner. */
export function usePanel(graph: Graph, owner: Owner, rights: 'asked' | 'unasked'): PanelInUse {
  const [panel, setPanel] = useState<Panel>()
  useEffect(() => {
    const opened = createPanel(serverOf(graph, owner, rights), everySecond)
    setPanel(opened)
    opened.open()
    const stop = onReturn(() => opened.send({ on: 'returned' }))
    return () => {
      stop()
      opened.close()
    }
  }, [graph, owner, rights])
  const subscribe = useCallback(
    (changed: () => void) => panel?.subscribe(changed) ?? doNothing,
    [panel],
  )
  const state = useSyncExternalStore(subscribe, () => panel?.state() ?? start.state)
  return {
    state,
    send: act => panel?.send(act),
    save: jpeg => panel?.save(jpeg) ?? Promise.resolve(),
  }
}

const doNothing = () => undefined

const everySecond: Clock = tick => {
  const timer = setInterval(tick, 1000)
  return () => clearInterval(timer)
}

function onReturn(returned: () => void): () => void {
  const look = () => document.visibilityState === 'visible' && returned()
  document.addEventListener('visibilitychange', look)
  return () => document.removeEventListener('visibilitychange', look)
}
