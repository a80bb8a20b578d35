/**
 * GET of a 96x96 over one worker of nginx that sends the same bytes as files, without tokens; and the bare server over
 * the same, which shows the part of Node.js.
 */
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { hasNginx, startNginx, staticPath, warmStatic, writeStatic } from '../floors/nginx.ts'
import { hasWrk, perSecond, writeRequests } from '../load.ts'
import { type Population, userAt, warmUp } from '../population.ts'
import { compareEach } from '../rounds.ts'
import { expectSameBytes } from '../same-bytes.ts'
import { photoPath, type Stage } from '../stage.ts'
import { notMeasured, type Row } from '../table.ts'

export async function getAgainstNginx(stage: Stage): Promise<Row | Row[]> {
  const { plan } = stage
  const what = 'GET of a 96x96, the same people'
  const floor = 'one nginx worker, same bytes as files, no token asked'
  if (!hasNginx) return notMeasured(what, floor, 'nginx is not installed')
  // Only wrk is fast enough to keep nginx busy.
  if (!hasWrk) return notMeasured(what, floor, 'wrk is not installed')
  const { population, visage, requests } = await stage.readers()
  writeFiles(population)
  const bare = await stage.bare()
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
  const ofServer = (origin: string) => perSecond(origin, requests, plan.seconds)
  const compared = await compareEach(
    { visage: '1/s', bare: '1/s' },
    async () => ({ visage: await ofServer(visage.origin), bare: await ofServer(bare.origin) }),
    async () => {
      const ofNginx = await perSecond(nginx.origin, files, plan.seconds)
      return { visage: ofNginx, bare: ofNginx }
    },
    plan.rounds,
  )
  return [
    { what, floor, ...compared.visage },
    { what: 'bare `node:http`, same look-up and read', floor: 'that nginx', ...compared.bare },
  ]
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
