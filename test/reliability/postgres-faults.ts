/** Faults of PostgreSQL and of the network to it, while two nodes use it. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Fault, Outcome, Say } from './fault.ts'
import { killingOne, nodeKilled } from './node-killed.ts'
import { type Nodes, type Strike, strikeNodes } from './nodes.ts'

const deployment = 'PostgreSQL + shared folder, 2 nodes'

const stopped: Fault = {
  name: 'postgres-stopped',
  title: 'PostgreSQL stopped and started again',
  deployment,
  means:
    'In different rounds: a fast shutdown, which ends every connection at once, and SIGKILL to the server, after which it recovers from its log. It is unavailable for up to a second.',
  rounds: { full: 12, quick: 2 },
  run: through(true, async ({ postgres }, round) => {
    await (round % 2 === 0 ? postgres.crash() : postgres.stop())
    await delay(200 + randomInt(800))
    await postgres.start()
  }),
}

const cut: Fault = {
  name: 'postgres-cut',
  title: 'Connections to PostgreSQL cut repeatedly',
  deployment,
  means:
    'For a second: every session is ended by pg_terminate_backend, or every connection is reset, up to 100 ms apart; in every third round each connection breaks after at most 4,000 bytes.',
  rounds: { full: 15, quick: 3 },
  run: through(true, async (nodes, round) => {
    const endMs = performance.now() + 1000
    if (round % 3 === 0) nodes.line.breakAfter(() => randomInt(4000))
    while (performance.now() < endMs) {
      await delay(randomInt(100))
      if (round % 3 === 1) await terminateAll(nodes)
      if (round % 3 === 2) nodes.line.cut()
    }
    nodes.line.mend()
  }),
}

const delaysMs = [50, 200, 500]
const slow: Fault = {
  name: 'postgres-slow',
  title: 'PostgreSQL slow',
  deployment,
  means: `All bytes to and from it are delayed, in different rounds by ${delaysMs.join(', ')} ms, for five seconds.`,
  rounds: { full: 3, quick: 1 },
  // A slow database is available: whether a request is refused depends on how long requests wait for each other.
  run: through(false, async ({ line }, round) => {
    line.delay(delaysMs[(round - 1) % delaysMs.length] ?? 0)
    await delay(5000)
    line.mend()
  }),
}

const silencesMs = [3000, 20_000]
const silent: Fault = {
  name: 'postgres-silent',
  title: 'No network to PostgreSQL',
  deployment,
  means:
    'No bytes arrive and no error is reported, in different rounds for 3 seconds, after which the delayed bytes arrive, and for 20, longer than any limit, after which the old connections are reset.',
  rounds: { full: 2, quick: 1 },
  run: async (rounds, say) =>
    await strikeNodes({
      rounds,
      say,
      // Three seconds are within every limit.
      isFelt: rounds > 1,
      strike: async ({ line }, round) => {
        const ms = silencesMs[(round - 1) % silencesMs.length] ?? 0
        line.silence()
        await delay(ms)
        line.mend()
        if (ms > 10_000) line.cut()
      },
    }),
}

const taken: Fault = {
  name: 'postgres-taken',
  title: 'Every connection of PostgreSQL used by other clients',
  deployment,
  means:
    'The connections of the nodes are ended, and other clients take all connections of the server before the nodes can reconnect; after a second they close them.',
  rounds: { full: 5, quick: 1 },
  run: through(true, async nodes => {
    const others: pg.Client[] = []
    // Otherwise the nodes would reconnect at once, as fast as the other clients.
    nodes.line.refuse()
    await terminateAll(nodes)
    await takeAll(nodes, others)
    nodes.line.mend()
    await delay(1000)
    await Promise.all(others.map(other => other.end()))
  }),
}

const locked: Fault = {
  name: 'postgres-locked',
  title: 'Rows locked by another transaction',
  deployment,
  means:
    'It locks all rows of users, in different rounds for 2 seconds, during which writers wait, and for 12, longer than a statement may take. Reads continue.',
  rounds: { full: 2, quick: 1 },
  run: async (rounds, say) =>
    await strikeNodes({
      rounds,
      say,
      isFelt: rounds > 1,
      strike: async (nodes, round) => {
        const other = new pg.Client(nodes.postgres.address(nodes.database))
        await other.connect()
        await other.query('begin')
        await other.query('select id from users for update')
        const held = delay(round % 2 === 0 ? 12_000 : 2_000)
        await nodes.serves('GET', 0)
        await nodes.serves('GET', 1)
        await held
        await other.end()
      },
    }),
}

const killed: Fault = {
  name: 'node-killed',
  ...nodeKilled,
  deployment,
  rounds: { full: 20, quick: 3 },
  run: (rounds, say) => strikeNodes({ rounds, say, ...killingOne }),
}

export const postgresFaults: readonly Fault[] = [stopped, cut, slow, silent, taken, locked, killed]

function through(isFelt: boolean, strike: Strike['strike']) {
  return (rounds: number, say: Say): Promise<Outcome> =>
    strikeNodes({ rounds, say, isFelt, strike })
}

async function terminateAll({ postgres, database }: Nodes): Promise<void> {
  await postgres.run(
    `select pg_terminate_backend(pid, 1000) from pg_stat_activity
      where application_name = 'visage' and datname = '${database}'`,
  )
}

/** Opens connections until there is none left. */
async function takeAll({ postgres }: Nodes, others: pg.Client[]): Promise<void> {
  for (;;) {
    const other = new pg.Client(postgres.address('postgres'))
    try {
      await other.connect()
    } catch {
      return
    }
    others.push(other)
  }
}
