/**
 * The process is killed at random moments during uploads, and started again on the same folder. Afterwards the database
 * is sound, and a sweep leaves exactly the packs that have a row.
 */
import { randomInt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDiskPacks } from '../../src/storage/disk.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { findFreePort } from '../support/free-port.ts'
import { startTestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'
import { createClient } from './client.ts'
import { originAt, serve } from './embedded.ts'
import type { Fault, Outcome, Say } from './fault.ts'
import { openLedger } from './ledger.ts'
import { sweepAll } from './leftovers.ts'
import { startLoad } from './load.ts'
import { isError, judgeLog } from './logs.ts'
import { signIn } from './people.ts'

export const sigkill: Fault = {
  name: 'sigkill',
  title: 'Process killed (SIGKILL) at random moments',
  deployment: 'SQLite + folder',
  means:
    'The process is killed up to 350 ms after its first success of a round and started again on the same folder. At the end the database passes its integrity check, and a sweep leaves exactly the packs that have a row.',
  rounds: { full: 200, quick: 15 },
  run,
}

const longestRoundMs = 350

async function run(rounds: number, say: Say): Promise<Outcome> {
  await using issuer = await startTestIssuer()
  const ledger = openLedger(signIn(issuer, 6))
  const recoveryMs: number[] = []
  const notes: string[] = []
  await inFolder(async cwd => {
    const port = await findFreePort()
    const origins = [originAt(port)]
    const client = createClient()
    for (let round = 1; round <= rounds; round += 1) {
      const startMs = performance.now()
      const visage = await serve({ cwd, issuer, port })
      const startedMs = performance.now()
      await ledger.check(client, origins)
      const load = startLoad({ origins, ledger, cuts: 'allowed', refusals: 'never' })
      // The time of the check is not part of the recovery.
      recoveryMs.push(startedMs - startMs + (await load.recovered()))
      await delay(randomInt(longestRoundMs))
      visage.send('SIGKILL')
      await visage.ended
      await load.stop()
      judgeLog(ledger, visage.stderr(), isError)
      if (round % 10 === 0) say(`${round} of ${rounds} kills`)
    }
    const visage = await serve({ cwd, issuer, port })
    await ledger.check(client, origins)
    await visage.stop()
    notes.push(await sweepFolder(cwd))
    const swept = await serve({ cwd, issuer, port })
    await ledger.check(client, origins)
    await swept.stop()
    client.close()
  })
  return ledger.outcome(recoveryMs, notes)
}

type Integrity = Readonly<{ integrity_check: string }>

async function sweepFolder(cwd: string): Promise<string> {
  const packs = await openDiskPacks(join(cwd, 'data/packs'))
  await using database = await openSqlite({ file: join(cwd, 'data/visage.sqlite') })
  const { rows } = await sql<Integrity>`pragma integrity_check`.execute(database)
  if (rows[0]?.integrity_check !== 'ok') throw new Error(`integrity: ${JSON.stringify(rows)}`)
  const swept = await sweepAll(database, packs)
  const left = await readdir(join(cwd, 'data/packs/incoming'))
  if (left.length > 0) throw new Error(`leftovers are left: ${left}`)
  return swept
}
