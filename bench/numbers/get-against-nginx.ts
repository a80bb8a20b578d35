/**
 * GET of a 96x96 over one worker of nginx that sends the same bytes as files, to anybody.
 */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { hasNginx, startNginx, staticPath, warmStatic, writeStatic } from '../floors/nginx.ts'
import { hasWrk, perSecond, writeRequests } from '../load.ts'
import { type Population, userAt, warmUp } from '../population.ts'
import { compare } from '../rounds.ts'
import { expectSameBytes } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import type { Row } from '../table.ts'

export async function getAgainstNginx(stage: Stage): Promise<Row> {
  const { plan } = stage
  const row = {
    what: 'the same',
    floor: 'one nginx worker, same bytes as files, no token asked',
    target: { atLeast: 0.4 },
  }
  if (!hasNginx) return { ...row, ratio: undefined, note: 'nginx is not installed' }
  // Nothing slower than wrk keeps nginx busy.
  if (!hasWrk) return { ...row, ratio: undefined, note: 'wrk is not installed' }
  const { population, visage, requests } = await stage.readers()
  writeFiles(population)
  const nginx = await startNginx(population.data)
  stage.defer(nginx.stop)
  await expectSameBytes(population.users, stage.tokens[0], index => {
    const { id, version } = userAt(index)
    return [visage.origin + photoPath(id, '96x96'), nginx.origin + staticPath(version)]
  })
  const versions = versionsOf(population)
  const targets = versions.map(version => ({ path: staticPath(version) }))
  const files = writeRequests(stage.folder, 'nginx', targets, [])
  warmStatic(population.data, versions)
  await warmUp(population)
  const compared = await compare(
    () => perSecond(visage.origin, requests, plan.seconds),
    () => perSecond(nginx.origin, files, plan.seconds),
    plan.rounds,
  )
  return { ...row, ...compared }
}

function versionsOf({ users }: Population): string[] {
  return Array.from({ length: users }, (_, index) => userAt(index).version)
}

function writeFiles(population: Population): void {
  const database = new DatabaseSync(`${population.data}/visage.sqlite`, { readOnly: true })
  const statement = database.prepare('select renditions from photos where version = ?')
  writeStatic(population.data, versionsOf(population), version => {
    const renditions: readonly (readonly number[])[] = JSON.parse(
      String(statement.get(version)?.renditions),
    )
    const [, , offset = 0, length = 0] = renditions.find(([width]) => width === 96) ?? []
    const shard = `${version.slice(0, 2)}/${version.slice(2, 4)}`
    const pack = readFileSync(`${population.data}/packs/${shard}/${version}.jpg`)
    return pack.subarray(offset, offset + length)
  })
  database.close()
}
