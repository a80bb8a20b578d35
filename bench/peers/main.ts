/**
 * `npm run bench:peers`: what an answer costs Visage and the programs that people compare it with. Each is installed into a
 * temporary folder, gets the same pictures, and is read over the same connections, in turns with Visage. What cannot be
 * had is named.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { missingPrograms } from '../../test/foreign/programs.ts'
import { costOfAnswer, costOfAnswerBy, writeRequests } from '../load.ts'
import { readPlan } from '../plan.ts'
import { userAt, warmUp } from '../population.ts'
import { moveToLoad } from '../processors.ts'
import { compare } from '../rounds.ts'
import { readPicture } from '../same-bytes.ts'
import { cpuSecondsOfTrees } from '../server-processes.ts'
import { openStage, photoPath, type Stage } from '../stage.ts'
import { formatTable, isHeld, notMeasured, type Row, replaceSection } from '../table.ts'
import { azurite } from './azurite.ts'
import { pds } from './pds.ts'
import type { Peer, Started } from './peer.ts'
import { pocketbase } from './pocketbase.ts'
import { synapse } from './synapse.ts'

const peers: Readonly<Record<string, Peer>> = { azurite, pocketbase, synapse, pds }
const minutesToInstall = 15
const users = 500
/** The largest whose bytes a population holds. */
const size = '120x120'

const options = {
  only: { type: 'string', default: Object.keys(peers).join(',') },
  rounds: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '3' },
  write: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options })
  const { rounds, seconds } = values
  const chosen = values.only.split(',').map(name => {
    const peer = peers[name]
    if (peer === undefined) throw new RangeError(`--only: there is no peer '${name}'`)
    return peer
  })
  const plan = readPlan(['--users', String(users), '--rounds', rounds, '--seconds', seconds], [])
  if (plan === 'help') throw new RangeError('no plan')
  moveToLoad()
  const stage = await openStage(plan, say)
  const rows: Row[] = []
  try {
    const pictures = await picturesOf(stage)
    for (const peer of chosen) rows.push(await measureApart(stage, peer, pictures))
  } finally {
    await stage.close()
  }
  const turns = `${rounds} rounds of ${seconds} s, each side in turn`
  const table = `${formatTable(rows)}\n\nMedian of ${turns} (smallest–largest); Node.js ${process.versions.node}.`
  process.stdout.write(`${table}\n`)
  if (values.write) publish(table)
  return rows.some(row => isHeld(row) === false) ? 1 : 0
}

/** As Visage serves them, for all. */
async function picturesOf(stage: Stage): Promise<readonly Buffer[]> {
  const { visage } = await stage.readers()
  const pictures: Buffer[] = []
  for (let index = 0; index < users; index++) {
    const path = photoPath(userAt(index).id, size)
    pictures.push(await readPicture(visage.origin + path, stage.tokens[0]))
  }
  return pictures
}

/** In a folder of its own that is removed. A peer that fails is a row that says so. */
async function measureApart(stage: Stage, peer: Peer, pictures: readonly Buffer[]): Promise<Row> {
  const kilobytes = pictures.reduce((sum, { length }) => sum + length, 0) / pictures.length / 1000
  const what = `processor time of an answer of ${kilobytes.toFixed(1)} kB, ${peer.title}, which asks for ${peer.proof}`
  const missing = missingPrograms(peer.needs)
  if (missing.length > 0) return notMeasured(what, 'Visage', `no ${missing.join(', ')} here`)
  const folder = mkdtempSync(join(tmpdir(), 'visage-peer-'))
  try {
    say(`installing: ${peer.title}`)
    const failed = await peer.install(folder, minutesToInstall)
    if (failed !== undefined) return notMeasured(what, 'Visage', `cannot be had: ${failed}`)
    say(`measuring: ${peer.title}`)
    const started = await peer.start(folder, pictures)
    try {
      await expectPictures(started, pictures)
      const compared = await measure(stage, started)
      return { what, floor: 'Visage', ...compared, target: { atLeast: peer.atLeast } }
    } finally {
      await started.stop()
    }
  } catch (error) {
    say(String(error))
    return notMeasured(what, 'Visage', 'did not start, see the output of the bench')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function expectPictures(started: Started, pictures: readonly Buffer[]): Promise<void> {
  const paths = await started.paths()
  for (const index of [0, pictures.length - 1]) {
    const served = await readPicture(started.origin + paths[index], started.token)
    if (!served.equals(pictures[index] ?? served)) throw new Error(`another picture at ${index}`)
  }
}

async function measure(stage: Stage, peer: Started) {
  const { plan } = stage
  const { visage, population } = await stage.readers()
  const people = Array.from({ length: users }, (_, index) => userAt(index))
  const photos = people.map(({ id }) => ({ path: photoPath(id, size) }))
  const requests = writeRequests(stage.folder, 'visage', photos, stage.tokens)
  await warmUp(population)
  const used = async () => cpuSecondsOfTrees([peer.pid])
  return await compare(
    's',
    async () => {
      const targets = (await peer.paths()).map(path => ({ path }))
      const tokens = peer.token === undefined ? [] : [peer.token]
      const ofPeer = writeRequests(stage.folder, 'peer', targets, tokens)
      return await costOfAnswerBy(used, peer.origin, ofPeer, plan.seconds)
    },
    () => costOfAnswer(visage, requests, plan.seconds),
    plan.rounds,
  )
}

function publish(table: string): void {
  const file = join(import.meta.dirname, '../../docs/performance.md')
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), 'peers', table))
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

process.exit(await main())
