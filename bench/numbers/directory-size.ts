/**
 * The cost of a GET in a directory of a million people over one of a thousand, in processor time of the server, on both
 * databases. Rows, names and folders grow; the bytes of the pictures are the same.
 */
import type { Running } from '../child.ts'
import { costOfAnswer, costsOfLoad, type Requests, writeRequests } from '../load.ts'
import { expect, type Population, warmUp } from '../population.ts'
import { compare, compareEach } from '../rounds.ts'
import { readPicture } from '../same-bytes.ts'
import { canCount, cpuSecondsOfTrees } from '../server-processes.ts'
import { type Stage, sampleTargets } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'
import { startVisage } from '../visage.ts'

const fewUsers = 1000
const target = { atMost: 1.15 }
const targetOnPostgres = { atMost: 1.2 }

type Directory = Readonly<{ visage: Running; requests: Requests }>
/** The database of a population; undefined for its own SQLite. */
type Place = (population: Population) => Promise<string | undefined>

export async function directorySize(stage: Stage): Promise<Row> {
  const { manyUsers, rounds, seconds } = stage.plan
  const inFolder = async () => undefined
  const many = await open(stage, manyUsers, inFolder)
  const few = await open(stage, fewUsers, inFolder)
  const cost = ({ visage, requests }: Directory) => costOfAnswer(visage, requests, seconds)
  const compared = await compare(
    's',
    () => cost(many),
    () => cost(few),
    rounds,
  )
  return { ...describe(stage, 'a GET'), ...compared, target }
}

/** The target is for the sum of Visage and PostgreSQL; the two parts are for information. */
export async function directorySizeOnPostgres(stage: Stage): Promise<Row[]> {
  const { manyUsers, rounds, seconds } = stage.plan
  const postgres = await stage.postgres()
  const many = await open(stage, manyUsers, population => postgres.copy(population))
  const few = await open(stage, fewUsers, population => postgres.copy(population))
  const costs = async ({ visage, requests }: Directory) => {
    const before = cpuSecondsOfTrees(postgres.processes())
    const { cpuSeconds, answers } = await costsOfLoad([visage], requests, seconds)
    const database = cpuSecondsOfTrees(postgres.processes()) - before
    const ofDatabase = database / answers
    return { both: cpuSeconds + ofDatabase, visage: cpuSeconds, database: ofDatabase }
  }
  const compared = await compareEach(
    { both: 's', visage: 's', database: 's' },
    () => costs(many),
    () => costs(few),
    rounds,
  )
  const ofVisage = { ...describe(stage, "a GET on PostgreSQL, Visage's"), ...compared.visage }
  if (!canCount) {
    const { what, floor } = describe(stage, "a GET on PostgreSQL, the database's")
    return [ofVisage, notMeasured(what, floor, 'there is no /proc here')]
  }
  return [
    { ...describe(stage, 'a GET on PostgreSQL'), ...compared.both, target: targetOnPostgres },
    ofVisage,
    { ...describe(stage, "a GET on PostgreSQL, the database's"), ...compared.database },
  ]
}

function describe({ plan }: Stage, what: string): Pick<Row, 'what' | 'floor'> {
  return {
    what: `processor time of ${what} among ${plan.manyUsers.toLocaleString('en')} people`,
    floor: `among ${fewUsers.toLocaleString('en')}`,
  }
}

async function open(stage: Stage, users: number, place: Place): Promise<Directory> {
  const population = await stage.populate('linked', users, 'linked')
  await warmUp(population)
  const database = await place(population)
  const visage = await startVisage(population.data, stage.issuer, database ? { database } : {})
  stage.defer(visage.child.stop)
  const targets = sampleTargets(population)
  await readPicture(visage.origin + expect(targets[0]).path, stage.tokens[0])
  const requests = writeRequests(stage.folder, `among-${users}`, targets, stage.tokens)
  return { visage, requests }
}
