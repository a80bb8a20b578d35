/**
 * What a run does, read from the command line. The full run takes about a quarter of an hour and
 * 8 GB of disk; `--quick` shows in a minute that everything works, and its ratios mean little.
 */
import { parseArgs } from 'node:util'

export type Plan = Readonly<{
  /** People with a photo each, all distinct. */
  users: number
  /** People of the larger directory in the comparison of directories. */
  manyUsers: number
  /** Each round measures the product and its floor once, one after the other. */
  rounds: number
  /** Of load per measurement. */
  seconds: number
  uploadsPerRound: number
  starts: number
  /** Names of numbers; empty for all. */
  only: readonly string[]
  /** Populations are kept here and used again; undefined: a temporary folder, removed afterwards. */
  folder: string | undefined
  json: boolean
  readme: boolean
}>

export const usage = `npm run bench -- [options]

  --users N        people with a photo each (200000)
  --many-users N   people of the larger directory (1000000)
  --rounds N       measurements of each side, taken in turns (5)
  --seconds N      of load per measurement (5)
  --only a,b       some numbers: bare, nginx, unchanged, put, directory, memory, start
  --folder PATH    keep the populations there and use them again; must be a real disk
  --quick          2,000 people, short rounds: shows that it works
  --json           print the rows as JSON instead of a table
  --readme         also write the table into README.md, between its bench markers
`

const full = { users: 200_000, manyUsers: 1_000_000, rounds: 5, seconds: 5, uploads: 24, starts: 9 }
const quick = { users: 2_000, manyUsers: 20_000, rounds: 3, seconds: 1, uploads: 8, starts: 3 }

/** Throws TypeError for an option that does not exist, RangeError for a number that is none. */
export function readPlan(args: readonly string[]): Plan | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: 'string' },
      'many-users': { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      folder: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      readme: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const standard = values.quick ? quick : full
  return {
    users: countOf('users', values.users, standard.users),
    manyUsers: countOf('many-users', values['many-users'], standard.manyUsers),
    rounds: countOf('rounds', values.rounds, standard.rounds),
    seconds: countOf('seconds', values.seconds, standard.seconds),
    uploadsPerRound: standard.uploads,
    starts: standard.starts,
    only: values.only?.split(',') ?? [],
    folder: values.folder,
    json: values.json ?? false,
    readme: values.readme ?? false,
  }
}

function countOf(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new RangeError(`--${name}: '${text}' is not a number above 0`)
}
