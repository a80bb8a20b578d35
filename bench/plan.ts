/**
 * Reads the plan of a run from the command line. The full run takes about half an hour and 11 GB of
 * disk; `--quick` shows in three minutes that everything works, and its ratios mean little.
 */
import { parseArgs } from 'node:util'

export type Plan = Readonly<{
  /** People with a photo each, all distinct. */
  users: number
  /** People of the larger directory in the comparison of directories. */
  manyUsers: number
  /** People whose photos are on S3. */
  s3Users: number
  /** Each round measures the product and its floor once, one after the other. */
  rounds: number
  /** Seconds of load per measurement. */
  seconds: number
  uploadsPerRound: number
  /** Uploads of the number about growing memory. */
  growthUploads: number
  starts: number
  /** Lines of the number that imports people. */
  importLines: number
  /** Files of the folder whose push is measured in memory. */
  pushPhotos: number
  /** Names of numbers; empty for all. */
  only: readonly string[]
  /** Populations are kept here and used again; undefined: a temporary folder, removed afterwards. */
  folder: string | undefined
  /** Populations that are only read, likewise; undefined: with the others. */
  readFolder: string | undefined
  json: boolean
  write: boolean
}>

/** A table of docs/performance.md, and the names of its numbers. */
export type Listing = Readonly<{ name: string; names: readonly string[] }>

export const describeUsage = (listings: readonly Listing[]): string => `npm run bench -- [options]

  --users N        people with a photo each (200000)
  --many-users N   people of the larger directory (1000000)
  --rounds N       measurements of each side, taken in turns (5)
  --seconds N      of load per measurement (5)
  --s3-users N     people whose photos are on S3 (5000)
  --growth-uploads N
                   uploads of the number that asks whether memory grows (10000)
  --push-photos N  files of the folder whose push is measured in memory (10000)
  --import-lines N lines of the number that imports people (100000)
  --only a,b       some numbers:
${listings.map(({ name, names }) => `                     ${names.join(', ')} (${name})`).join('\n')}
  --folder PATH    keep the populations there and use them again; must be a real disk
  --read-folder PATH
                   keep those there that are only read: a memory file system (/dev/shm, 8 GB) where the
                   system soon takes from the page cache what is not being read, as many virtual ones do
  --quick          2,000 people, short rounds: shows that it works
  --json           print the rows as JSON instead of a table, with the medians of both sides
  --write          also write the tables into docs/performance.md, between their bench
                   markers, and processor times into docs/growth.md; npm run docs then
                   takes some rows into the READMEs, and calculates growth again
`

const full = {
  users: 200_000,
  manyUsers: 1_000_000,
  s3Users: 5_000,
  rounds: 5,
  seconds: 5,
  uploads: 24,
  growthUploads: 10_000,
  starts: 9,
  importLines: 100_000,
  pushPhotos: 10_000,
}
const quick: typeof full = {
  users: 2_000,
  manyUsers: 10_000,
  s3Users: 200,
  rounds: 1,
  seconds: 1,
  uploads: 4,
  growthUploads: 100,
  starts: 2,
  importLines: 2_000,
  pushPhotos: 60,
}

/** Throws TypeError for an unknown option, RangeError for a value that is not a number, or not in the list. */
export function readPlan(args: readonly string[], listings: readonly Listing[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: 'string' },
      'many-users': { type: 'string' },
      's3-users': { type: 'string' },
      'growth-uploads': { type: 'string' },
      'import-lines': { type: 'string' },
      'push-photos': { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      folder: { type: 'string' },
      'read-folder': { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const only = values.only?.split(',') ?? []
  const unknown = only.find(name => !listings.some(({ names }) => names.includes(name)))
  if (unknown !== undefined) throw new RangeError(`--only: there is no number '${unknown}'`)
  const standard = values.quick ? quick : full
  return {
    users: countOf('users', values.users, standard.users),
    manyUsers: countOf('many-users', values['many-users'], standard.manyUsers),
    s3Users: countOf('s3-users', values['s3-users'], standard.s3Users),
    rounds: countOf('rounds', values.rounds, standard.rounds),
    seconds: countOf('seconds', values.seconds, standard.seconds),
    uploadsPerRound: standard.uploads,
    growthUploads: countOf('growth-uploads', values['growth-uploads'], standard.growthUploads),
    starts: standard.starts,
    pushPhotos: countOf('push-photos', values['push-photos'], standard.pushPhotos),
    importLines: countOf('import-lines', values['import-lines'], standard.importLines),
    only,
    folder: values.folder,
    readFolder: values['read-folder'],
    json: values.json ?? false,
    write: values.write ?? false,
  }
}

function countOf(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new RangeError(`--${name}: '${text}' is not a number above 0`)
}
