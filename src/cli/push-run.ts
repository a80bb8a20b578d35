/** What push, undo and their tests have in common: a signed-in client of the target with its pace and its decoders. */
import { availableParallelism } from 'node:os'
import { setGlobalProxyFromEnv } from '../node-http.ts'
import { createClient } from '../push/client.ts'
import type { Outside } from '../push/clock.ts'
import { createPace, type Pace } from '../push/pace.ts'
import { createPatience, type Patience } from '../push/patience.ts'
import { openPreparers, type Preparers } from '../push/preparers.ts'
import type { Target } from '../push/target.ts'
import type { Tokens } from '../push/tokens.ts'

/** For one request. */
const timeoutMs = 60_000
/** More decode faster than a server takes them, and each takes memory. */
const mostPreparers = 2

export type Tools = Disposable & Readonly<{ pace: Pace; patience: Patience; preparers: Preparers }>

export function openTools(
  target: Target,
  tokens: Tokens,
  concurrency: number,
  signal: AbortSignal,
  { clock, random, fetch }: Outside,
): Tools {
  useProxy(target)
  const send = createClient({ target, tokens, fetch, timeoutMs })
  const pace = createPace(clock, concurrency, signal)
  const patience = createPatience({ send, clock, random, pace, signal })
  const preparers = openPreparers({ count: Math.min(mostPreparers, availableParallelism()) })
  return { pace, patience, preparers, [Symbol.dispose]: () => preparers[Symbol.dispose]() }
}

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Not for plain HTTP, which leads to this machine: through a proxy, the token would leave
 * it in the open.
 */
function useProxy({ root }: Target): void {
  if (root.startsWith('https:')) setGlobalProxyFromEnv()
}
