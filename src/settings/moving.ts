/** Table: the settings of `visage move`, and how they become two places. */
import { parsePostgres, parseS3, postgresForm, s3Form } from '../storage/location.ts'
import { readDatabase, readPacks, type StorePlace } from './places.ts'
import { textOf, textsOf } from './reading.ts'
import { ConfigError, nameOf, type Setting, setting } from './setting.ts'
import { settings, type Texts } from './table.ts'

/** Flags, or environment variables, which no list of processes shows. */
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

/** Where the rows and the packs of each end are: `sqlite/disk`, `postgres/s3`, or one half of each. */
export type MoveKinds = Readonly<{ from?: string; to?: string }>

export const moveKindForm = 'sqlite or postgres, a slash, disk or s3'

/**
 * With a kind, an end takes a place that no setting of the move names from `serving`, the settings of
 * `visage serve`. Throws ConfigError if an end has no place for its rows or its packs.
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
  const given = `--${end} ${kind}`
  const [, rowsKind, packsKind] = /^(sqlite|postgres)\/(disk|s3)$/.exec(kind) ?? []
  if (rowsKind === undefined) {
    throw new ConfigError(
      `${given}: it is ${moveKindForm}. A place itself goes by ${moveSettings[folder].flag}, ${moveSettings[rows].flag} and ${moveSettings[photos].flag}.`,
    )
  }
  const server = (own: MoveSettingName, servingName: 'database' | 'packs') => {
    if (texts[own] !== undefined) return { [own]: texts[own] }
    // Throws an error that names the setting of `visage serve`.
    if (servingName === 'database') readDatabase(serving)
    else readPacks(serving)
    if (serving[servingName] !== undefined) return { [own]: serving[servingName] }
    throw new ConfigError(
      `${given}: ${moveName(own)} is missing, and so is ${settings[servingName].env}.`,
    )
  }
  const inFolder = (own: MoveSettingName) => {
    if (texts[own] === undefined) return { [folder]: texts[folder] ?? textOf(serving, 'data') }
    throw new ConfigError(`${given}: ${moveName(own)} is set, and is something else.`)
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

/** The message does not contain the value, which may hold a password. */
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
