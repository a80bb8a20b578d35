/**
 * The process gets SIGTERM under load, and is started again: accepted requests are answered, stalling clients do not
 * delay the end for long, and it exits with 0.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'
import { startTestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'
import { createClient } from './client.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { signIn } from './people.ts'
import { type Stall, sayNothing, sendInDrops, stopInHead } from './stalls.ts'

export const shutdown: Fault = {
  name: 'shutdown',
  title: 'Shutdown (SIGTERM) under load',
  deployment: 'SQLite + folder',
  means:
    'The process gets SIGTERM up to 350 ms after its first success of a round. Every accepted request must be answered, and its exit code must be 0: within 5 s, also if a client has connected and sends nothing; within 30 s if a client stops in the middle of a head, or takes ten seconds for its body. Only connections on which nothing was under way may be closed or refused.',
  rounds: { full: 40, quick: 6 },
  run,
}

const longestRoundMs = 350
const usualEndMs = 5_000
/** A head may take 20 s, which is checked every 5 s. */
const stalledEndMs = 30_000
const stallings: readonly Readonly<{ stall: Stall; limitMs: number }>[] = [
  { stall: stopInHead, limitMs: stalledEndMs },
  { stall: (port, person) => sendInDrops(port, person, 20), limitMs: stalledEndMs },
  { stall: sayNothing, limitMs: usualEndMs },
]
/** The number of rounds with a stalling client, at the end of a full run. */
const fewestForStalling = 20

async function run(rounds: number, say: Say): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const ledger = openLedger(signIn(issuer, 6))
  const recoveryMs: number[] = []
  const ends: number[] = []
  await inFolder(async cwd => {
    const port = await findFreePort()
    const origins = [originAt(port)]
    const client = createClient()
    for (let round = 1; round <= rounds; round += 1) {
      const startMs = performance.now()
      const visage = await serve({ cwd, issuer, port })
      const startedMs = performance.now()
      await ledger.check(client, origins)
      const load = startLoad({ origins, ledger, cuts: 'idle-only', refusals: 'never' })
      recoveryMs.push(startedMs - startMs + (await load.recovered()))
      const stalling = rounds < fewestForStalling ? undefined : stallings[rounds - round]
      const stalled = await stalling?.stall(port, ledger.people[0])
      await delay(randomInt(longestRoundMs))
      const askedMs = performance.now()
      visage.send('SIGTERM')
      const { code, signal } = await visage.ended
      const tookMs = performance.now() - askedMs
      await load.stop()
      stalled?.destroy()
      if (stalling === undefined) ends.push(tookMs)
      judgeEnd(ledger, { code, signal, tookMs, limitMs: stalling?.limitMs ?? usualEndMs })
      judgeLog(ledger, visage.stderr(), isError)
      if (round % 10 === 0) say(`${round} of ${rounds} ends`)
    }
    const visage = await serve({ cwd, issuer, port })
    await ledger.check(client, origins)
    await visage.stop()
    client.close()
  })
  const slowest = (Math.max(...ends) / 1000).toFixed(1)
  return ledger.outcome(recoveryMs, [
    `the slowest shutdown without a stalling client took ${slowest} s`,
  ])
}

type End = Readonly<{
  code: number | null
  signal: string | null
  tookMs: number
  limitMs: number
}>

function judgeEnd(ledger: Ledger, { code, signal, tookMs, limitMs }: End): void {
  if (code !== 0) ledger.count('wrongStatus', `ended with ${code ?? signal}`)
  if (tookMs > limitMs) ledger.count('wrongStatus', `ending took ${Math.round(tookMs)} ms`)
}
