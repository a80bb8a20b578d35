/** One of two nodes is killed under load and started again, for each kind of store. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Fault } from './fault.ts'
import type { Nodes, Strike } from './nodes.ts'

export const nodeKilled: Pick<Fault, 'title' | 'means'> = {
  title: 'One of two nodes killed (SIGKILL) at random moments',
  means:
    'It is killed while uploads are under way, and started again; meanwhile the other one serves uploads and reads and takes over the sweep.',
}

export const killingOne: Omit<Strike, 'rounds' | 'say' | 'packs'> = {
  isFelt: false,
  cuts: 'allowed',
  // Its clients lose their connections; no other client waits for the dead node.
  refusals: 'never',
  strike: killOne,
}

async function killOne(nodes: Nodes): Promise<void> {
  const [dead, alive] = randomInt(2) === 0 ? [0, 1] : [1, 0]
  await delay(randomInt(400))
  await nodes.kill(dead)
  await nodes.serves('PUT', alive)
  await nodes.serves('GET', alive)
  await sweepIsTaken(nodes)
  await nodes.start(dead)
}

/** A version without a pack, replaced long ago: the next sweep deletes its row. */
async function sweepIsTaken({ postgres, database }: Nodes): Promise<void> {
  const client = new pg.Client(postgres.address(database))
  await client.connect()
  const version = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')
  await client.query('insert into retired_packs (version, retired_at) values ($1, 0)', [version])
  const deadlineMs = performance.now() + 20_000
  const find = () => client.query('select from retired_packs where version = $1', [version])
  while (((await find()).rowCount ?? 0) > 0) {
    if (performance.now() > deadlineMs) throw new Error('nobody sweeps')
    await delay(20)
  }
  await client.end()
}
