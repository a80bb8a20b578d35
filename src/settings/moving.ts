/** Table: where `visage move` goes from and to; and how its texts become two places. */
import { parsePostgres, parseS3, postgresForm, s3Form } from '../storage/location.ts'
import { readDatabase, readPacks, type StorePlace } from './places.ts'
import { textOf, textsOf } from './reading.ts'
import { ConfigError, nameOf, type Setting, setting } from './setting.ts'
import { settings, type Texts } from './table.ts'

/** Flags, or the environment, which no list of processes shows. */
export const moveSettings = {
  fromData: setting('FROM_DATA', 'folder', 'Data folder to move from.'),
  fromDatabase: setting(
    'FROM_DATABASE',
    'postgres://…',
    'PostgreSQL to move people and settings from, instead of those in the folder.',
  ),
  fromPacks: setting(
    'FROM_PACKS',
    's3://…',
    'S3 to move photos from, instead of those in the folder. With profile=name in the address its keys come from that AWS profile, so that two stores can have different ones.',
  ),
  toData: setting('TO_DATA', 'folder', 'Data folder to move to.'),
  toDatabase: setting('TO_DATABASE', 'postgres://…', 'PostgreSQL to move people and settings to.'),
  toPacks: setting('TO_PACKS', 's3://…', 'S3 to move photos to.'),
} as const satisfies Record<string, Setting>

export type MoveSettingName = keyof typeof moveSettings
export type MoveTexts = Readonly<Partial<Record<MoveSettingName, string>>>

/** Of each end, in a word for the rows and one for the packs: `sqlite/disk`, `postgres/s3`, or one half of each. */
export type MoveKinds = Readonly<{ from?: string; to?: string }>

export const moveKindForm = 'sqlite or postgres, a slash, disk or s3'

/**
 * Where a kind is given, what is not named for the move is where `visage serve` has it: `serving`. Throws
 * ConfigError for an end of which it is not said where its rows or its packs are.
 */
export function readMoveConfig(
  flags: MoveTexts,
  environment: MoveTexts,
  kinds: MoveKinds = {},
  serving: Texts = {},
): Readonly<{ from: StorePlace; to: StorePlace }> {
  const texts = textsOf(flags, environment)
  const read = (end: 'from' | 'to', names: PlaceNames) =>
    readPlace(fillPlace(texts, names, end, kinds[end], serving), names)
  return {
    from: read('from', ['fromData', 'fromDatabase', 'fromPacks']),
    to: read('to', ['toData', 'toDatabase', 'toPacks']),
  }
}

function fillPlace(
  texts: MoveTexts,
  [folder, rows, photos]: PlaceNames,
  end: 'from' | 'to',
  kind: string | undefined,
  serving: Texts,
): MoveTexts {
  if (kind === undefined) return texts
  const said = `--${end} ${kind}`
  const [, rowsKind, packsKind] = /^(sqlite|postgres)\/(disk|s3)$/.exec(kind) ?? []
  if (rowsKind === undefined) {
    throw new ConfigError(
      `${said}: it is ${moveKindForm}. A place itself goes by ${moveSettings[folder].flag}, ${moveSettings[rows].flag} and ${moveSettings[photos].flag}.`,
    )
  }
  const server = (own: MoveSettingName, servings: 'database' | 'packs') => {
    if (texts[own] !== undefined) return { [own]: texts[own] }
    // What is wrong with it is said of the setting that it comes from.
    if (servings === 'database') readDatabase(serving)
    else readPacks(serving)
    if (serving[servings] !== undefined) return { [own]: serving[servings] }
    throw new ConfigError(
      `${said}: ${moveName(own)} is missing, and so is ${settings[servings].env}.`,
    )
  }
  const inFolder = (own: MoveSettingName) => {
    if (texts[own] === undefined) return { [folder]: texts[folder] ?? textOf(serving, 'data') }
    throw new ConfigError(`${said}: ${moveName(own)} is set, and is something else.`)
  }
  return {
    ...texts,
    ...(rowsKind === 'sqlite' ? inFolder(rows) : server(rows, 'database')),
    ...(packsKind === 'disk' ? inFolder(photos) : server(photos, 'packs')),
  }
}

type PlaceNames = readonly [
  data: MoveSettingName,
  database: MoveSettingName,
  packs: MoveSettingName,
]

function readPlace(texts: MoveTexts, [folder, rows, photos]: PlaceNames): StorePlace {
  const data = texts[folder]
  for (const [place, what] of [
    [rows, 'people and settings'],
    [photos, 'photos'],
  ] as const) {
    if (data !== undefined || texts[place] !== undefined) continue
    throw new ConfigError(
      `${moveName(folder)} or ${moveName(place)} is missing: where the ${what} are, or shall be.`,
    )
  }
  return {
    data,
    database: parsePlace(rows, texts[rows], postgresForm, text => {
      const url = parsePostgres(text)
      return url === undefined ? undefined : { url, connections: moveConnections }
    }),
    packs: parsePlace(photos, texts[photos], s3Form, parseS3),
  }
}

/** One for the turn, one to read, one to write, and some more. */
const moveConnections = 6

/** The value stays out of the message, as below. */
function parsePlace<Location>(
  setting: MoveSettingName,
  text: string | undefined,
  form: string,
  parse: (text: string) => Location | undefined,
): Location | undefined {
  if (text === undefined) return undefined
  const location = parse(text)
  if (location === undefined) throw new ConfigError(`${moveName(setting)} is not ${form}.`)
  return location
}

function moveName(setting: MoveSettingName): string {
  return nameOf(moveSettings[setting])
}
