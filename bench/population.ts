/**
 * A data folder full of people with photos, as `visage serve` would have left it, only faster: rows
 * through the storage room in large transactions, packs written straight into place, without fsync.
 *
 * 'distinct': every person has a pack of their own bytes. A full pack is about 150 KB, which would be
 * 30 GB for 200,000 people, so the renditions above 120 pixels are holes in the file: rows, offsets
 * and the small sizes are as in production, and only the small sizes are measured.
 * 'linked': every person has a pack file of their own name, but a thousand sets of bytes are shared
 * (hard links). Rows, names and folders grow with the people, and the bytes do not.
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { addUsers } from '../src/directory/users.ts'
import { formatRenditions } from '../src/photos/photo.ts'
import { copyPointers } from '../src/photos/pointer.ts'
import type { RenderedPack, Rendition } from '../src/renditions/rendition.ts'
import { migrate } from '../src/storage/migrations.ts'
import type { Database } from '../src/storage/schema.ts'
import { openSqlite } from '../src/storage/sqlite.ts'
import { renderFaces } from './pictures.ts'
import { stamp, stampLength } from './stamp.ts'

export const tenantId = '11111111-2222-4333-8444-555555555555'

export type Population = Readonly<{
  /** Visage's data folder. */
  data: string
  users: number
}>

export type Kind = 'distinct' | 'linked' | 'without photos'

const faceCount = 32
const sharedPacks = 1000
const batchSize = 1000
/** The largest size whose bytes are there. */
export const largestStored = 120

/** The same people in every run, so that they need not be stored. */
export function userAt(index: number): Readonly<{ id: string; version: string }> {
  const hex = createHash('sha256').update(`person ${index}`).digest('hex')
  const [a, b, c, d, e] = [0, 8, 13, 17, 20].map(start => hex.slice(start, start + 12))
  const id = `${a?.slice(0, 8)}-${b?.slice(0, 4)}-4${c?.slice(0, 3)}-8${d?.slice(0, 3)}-${e}`
  return { id, version: hex.slice(32) }
}

/** A folder that was filled by an earlier run is used as it is. */
export async function populate(folder: string, users: number, kind: Kind): Promise<Population> {
  const population = { data: folder, users }
  const marker = join(folder, 'complete')
  if (fs.existsSync(marker)) return population
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  refuseFullDisk(folder, users, kind)
  await using database = await openSqlite({ file: join(folder, 'visage.sqlite') })
  await migrate(database)
  const writePack = kind === 'without photos' ? undefined : await packWriter(folder, kind)
  const people = Array.from({ length: users }, (_, index) => userAt(index))
  // In the order of the key: a tenth of the time of inserting at random.
  people.sort((one, other) => (one.id < other.id ? -1 : 1))
  for (let start = 0; start < users; start += batchSize) {
    await addPeople(database, people.slice(start, start + batchSize), start, writePack)
  }
  fs.writeFileSync(marker, '')
  return population
}

/**
 * Reads all files once, so that both servers find them in the page cache and the disk is not measured. Call it right
 * before the measurement: some machines drop files from the page cache after a minute or two.
 */
export async function warmUp(population: Population): Promise<void> {
  await warmRows(population)
  const { data, users } = population
  const bytes = Buffer.alloc(16 * 1024)
  for (let index = 0; index < users; index++) {
    const file = fs.openSync(packPath(join(data, 'packs'), userAt(index).version), 'r')
    fs.readSync(file, bytes, 0, bytes.length, Math.max(0, fs.fstatSync(file).size - bytes.length))
    fs.closeSync(file)
  }
}

/** The same for numbers that read no photo. */
export async function warmRows({ data }: Population): Promise<void> {
  for await (const _chunk of fs.createReadStream(join(data, 'visage.sqlite')));
}

type Person = ReturnType<typeof userAt>
/** Writes the pack of a version, and returns its renditions. */
type WritePack = (version: string, index: number) => readonly Rendition[]

async function addPeople(
  database: Database,
  people: readonly Person[],
  start: number,
  writePack: WritePack | undefined,
): Promise<void> {
  await database.transaction().execute(async transaction => {
    await addUsers(transaction, tenantId, people.map(describe))
    if (writePack === undefined) return
    const rows = people.map(({ id, version }, index) => ({
      tenant_id: tenantId,
      owner_kind: 'user',
      owner_id: id,
      version,
      upload_hash: `v1:${version}${version}`,
      // Null, as an older version leaves it: no read needs it, and hashing holes takes long.
      pack_hash: null,
      renditions: formatRenditions(writePack(version, start + index)),
      updated_at: 0,
    }))
    await copyPointers(transaction, rows)
  })
}

/** The name and the mail address of a person. */
export function addressAt(index: number): string {
  return addressOf(userAt(index).id)
}

function addressOf(id: string): string {
  return `person.${id.slice(0, 8)}.${id.slice(-6)}@bench.example`
}

function describe({ id }: Person) {
  const surname = id.slice(0, 8)
  return {
    id,
    userPrincipalName: addressOf(id),
    displayName: `Person ${surname}`,
    givenName: 'Person',
    surname,
    mail: addressOf(id),
    jobTitle: 'Somebody in a large organisation',
  }
}

async function packWriter(folder: string, kind: Kind): Promise<WritePack> {
  const packs = (await renderFaces(faceCount)).map(withRoomForStamps)
  const place = placeIn(join(folder, 'packs'))
  if (kind === 'distinct') {
    return (version, index) => writeStamped(place(version), packs[index % faceCount], version)
  }
  const shared = Array.from({ length: sharedPacks }, (_, index) => {
    const path = join(folder, `shared-${index}.jpg`)
    return { path, renditions: writeStamped(path, packs[index % faceCount], `shared ${index}`) }
  })
  return (version, index) => {
    const pack = expect(shared[index % sharedPacks])
    fs.linkSync(pack.path, place(version))
    return pack.renditions
  }
}

/** The path of a pack in the disk store. */
export function packPath(root: string, version: string): string {
  return `${root}/${version.slice(0, 2)}/${version.slice(2, 4)}/${version}.jpg`
}

/** The same, after creating its folder. */
function placeIn(root: string): (version: string) => string {
  const made = new Set<string>()
  return version => {
    const path = packPath(root, version)
    const folder = dirname(path)
    if (!made.has(folder)) fs.mkdirSync(folder, { recursive: true })
    made.add(folder)
    return path
  }
}

type Template = Readonly<{ renditions: readonly Rendition[]; stored: readonly Uint8Array[] }>

/** Every rendition is to grow by its stamp; those that are not stored are holes of the same length. */
function withRoomForStamps({ bytes, renditions }: RenderedPack): Template {
  const stored = renditions
    .filter(({ width }) => width <= largestStored)
    .map(({ offset, length }) => bytes.subarray(offset, offset + length))
  const moved = renditions.map((rendition, index) => ({
    ...rendition,
    offset: rendition.offset + index * stampLength,
    length: rendition.length + stampLength,
  }))
  return { renditions: moved, stored }
}

function writeStamped(
  path: string,
  template: Template | undefined,
  name: string,
): readonly Rendition[] {
  const { renditions, stored } = expect(template)
  const tail = Buffer.concat(stored.map(jpeg => stamp(jpeg, name)))
  const { offset } = expect(renditions[renditions.length - stored.length])
  const file = fs.openSync(path, 'wx')
  fs.writeSync(file, tail, 0, tail.length, offset)
  fs.closeSync(file)
  return renditions
}

function refuseFullDisk(folder: string, users: number, kind: Kind): void {
  // A pack's tail takes three or four blocks, nginx's copy of one size one more; a row's share is 1.5 KB.
  const bytesPerUser = kind === 'distinct' ? 26_000 : 4_000
  const needed = users * bytesPerUser
  const { bavail, bsize } = fs.statfsSync(folder)
  if (bavail * bsize > needed * 1.2) return
  throw new Error(
    `${users} people need about ${Math.ceil(needed / 1e9)} GB in ${folder}; choose --folder or --users`,
  )
}

export function expect<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the bench counted wrongly')
  return value
}
