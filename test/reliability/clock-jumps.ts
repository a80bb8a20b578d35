/**
 * The clock of a running process is set ahead and back by hours and days, while photos are set and the sweep runs every
 * second. Nothing is lost, and a token is accepted or refused, never answered 500.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'
import { startTestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'
import { createClient } from './client.ts'
import { setClock, withClock } from './clock.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { describe, type Ledger, openLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { signIn } from './people.ts'
import { whileSomeRest } from './rests.ts'

export const clockJumps: Fault = {
  name: 'clock-jumps',
  title: 'Clock set ahead and back by hours and days',
  deployment: 'SQLite + folder',
  means:
    'The clock of the process is set by up to 30 days while uploads are under way. The sweep runs every second with a grace time of an hour. Tokens that have then expired, or are not yet valid, are refused for that reason.',
  rounds: { full: 20, quick: 6 },
  run,
}

const hour = 3_600_000
/** The differences from the right time, one after another. */
const offsetsMs = [2, -3, 26, 0, -26, 72, -240, 720, 1, 0].map(hours => hours * hour)
const roundMs = 1100

async function run(rounds: number, say: Say): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const ledger = openLedger(signIn(issuer, 6, 60))
  const [visitor] = signIn(issuer, 1, 1 / 24)
  const recoveryMs: number[] = []
  await inFolder(async cwd => {
    const port = await findFreePort()
    const origins = [originAt(port)]
    const client = createClient()
    const clock = join(cwd, 'clock')
    await setClock(clock, 0)
    const visage = await serve({
      cwd,
      issuer,
      port,
      env: { VISAGE_SWEEP_EVERY: '1', ...withClock(clock) },
    })
    const load = startLoad({ origins, ledger, cuts: 'never', refusals: 'never' })
    for (let round = 0; round < rounds; round += 1) {
      const offsetMs = offsetsMs[round % offsetsMs.length] ?? 0
      await whileSomeRest({ load, ledger, client, origins }, async () => {
        await setClock(clock, offsetMs, visage)
        recoveryMs.push(await load.recovered())
        if (visitor) await visit(client, origins[0] ?? '', visitor.token, offsetMs, ledger)
        await delay(roundMs)
      })
      if (round % 5 === 4) say(`${round + 1} of ${rounds} jumps`)
    }
    await load.stop()
    await ledger.check(client, origins)
    client.close()
    await visage.stop()
    judgeLog(ledger, visage.stderr(), isError)
  })
  return ledger.outcome(recoveryMs)
}

/** A person whose token is valid for an hour before and after the right time. */
async function visit(
  client: ReturnType<typeof createClient>,
  origin: string,
  token: string,
  offsetMs: number,
  ledger: Ledger,
): Promise<void> {
  const url = `${origin}/v1.0/me/photo`
  const reaction = await client.ask({ method: 'GET', url, token })
  const status = reaction.kind === 'answer' ? reaction.status : undefined
  const expected = Math.abs(offsetMs) <= hour ? [200, 404] : [401]
  // A verified token is accepted for five minutes more, also if it is not valid yet by the new time.
  if (offsetMs < -hour) expected.push(200, 404)
  if (status !== undefined && expected.includes(status)) return
  const hours = offsetMs / hour
  ledger.count('wrongStatus', `a token at ${hours} hours: ${describe(reaction)}`)
}
