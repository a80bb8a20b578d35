/**
 * Items of JSON -> rows of the desired list, one after another. An item with wrong values becomes a problem, and the others
 * are read. An item that is not JSON ends the import, because it is not certain where the next one begins.
 */
import { readChoices } from './columns.ts'
import type { Desired } from './desired.ts'
import { addMembershipIn, hasNamed, noteNamed, type Relation } from './desired-memberships.ts'
import { cellsOf, readReference } from './item-cells.ts'
import { createNames, type Names } from './item-names.ts'
import { type JsonItem, type JsonList, readLists } from './json-list.ts'
import {
  BrokenJson,
  isList,
  isObject,
  type Json,
  type JsonObject,
  nameOf,
  parseJson,
  stepOf,
} from './json-value.ts'
import type { Staged, Staging } from './kinds.ts'
import { kinds, lists } from './lists.ts'
import type { Paths } from './naming.ts'
import type { Kind } from './properties.ts'
import { quoted, refused, refusedAt } from './refused.ts'
import { Unreadable } from './values.ts'

type WithPaths = Desired & Readonly<{ naming: Paths }>

/** Throws Failure 'resource-invalid' for a file that is not JSON, or has no list or an unknown one. */
export async function stageJson(
  desired: WithPaths,
  texts: AsyncIterable<string>,
  { progress, ...options }: Staging,
): Promise<Staged> {
  const names = new Map<Kind, Names>()
  let [rows, form] = [0, '']
  const counted = () => {
    rows += 1
    progress(rows)
  }
  for await (const list of readLists(texts)) {
    const kind = kindOf(list, options)
    if (names.has(kind)) throw refused(`the list ${kind} is there twice. Nothing was imported`)
    names.set(kind, await stageList(desired, kind, list, { ...options, progress: counted }))
    form = list.name === undefined ? 'one list' : `with lists of ${[...names.keys()].join(', ')}`
  }
  if (names.size === 0) throw refused(`the file has no list. Lists are ${kinds.join(', ')}`)
  return {
    kinds: hasNamed(desired) ? [...names.keys(), 'members'] : [...names.keys()],
    rows,
    form,
    understood: [
      ...[...names].map(([kind, named]) => `${capital(kind)}: ${named.describe()}`),
      ...[...names].map(([kind, { has }]) => lists[kind].describeKey(has)),
    ],
  }
}

/** Resolves with the names that its items have. */
async function stageList(
  desired: WithPaths,
  kind: Kind,
  { items }: JsonList,
  { columns, progress }: Readonly<{ columns: readonly string[]; progress: () => void }>,
): Promise<Names> {
  const own = kind === 'groups' ? Object.keys(listsOfGroup) : []
  const names = createNames(kind, readChoices(kind, columns), own)
  lists[kind].begin?.(desired)
  for await (const item of items) {
    progress()
    stageItem(desired, kind, item, names)
  }
  names.expectChosen()
  return names
}

function capital(kind: Kind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1)
}

function kindOf({ name }: JsonList, { kind, columns }: Omit<Staging, 'progress'>): Kind {
  if (name === undefined) return kind ?? 'people'
  const found = kinds.find(one => one === name)
  if (found === undefined)
    throw refused(`${quoted(name)} is no list that is imported. Lists are ${kinds.join(', ')}`)
  if (kind !== undefined) throw refused('--kind: the file names its lists itself')
  if (columns.length > 0)
    throw refused('--column: it is for a CSV, and for a file that is one list')
  return found
}

function stageItem(desired: WithPaths, kind: Kind, { path, text }: JsonItem, names: Names): void {
  const line = desired.naming.add(path)
  let found: ReturnType<Names['find']> = new Map()
  const stepTo = (property: string) => stepOf(found.get(property) ?? property)
  orProblem(desired, line, stepTo, () => {
    const item = readItem(path, text)
    found = names.find(item)
    const cells = cellsOf(kind, item, found)
    lists[kind].add(desired, line, cells)
    if (kind !== 'groups') return
    stageMemberships(desired, { line, path, name: cells('displayName') ?? '' }, item)
  })
}

/** `stepTo`: the path from the row to a property of it. */
function orProblem(
  desired: Desired,
  line: number,
  stepTo: (property: string) => string,
  work: () => void,
): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const { property, inside } = error
    const step = property === undefined ? '' : stepTo(property)
    desired.addProblem(line, error.message, step + inside)
  }
}

function readItem(path: string, text: string): JsonObject {
  const { value, problem } = parse(path, text)
  if (problem !== undefined) throw new Unreadable(problem.words, undefined, problem.path)
  if (isObject(value)) return value
  throw new Unreadable(`it is ${nameOf(value)}, and not an object`)
}

function parse(path: string, text: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error
    throw refusedAt(path + error.path, error.message)
  }
}

/** The properties of a group in a JSON file that list its people. */
const listsOfGroup: Readonly<Record<string, Relation>> = { owners: 'owner', members: 'member' }

type GroupItem = Readonly<{ line: number; path: string; name: string }>

function stageMemberships(desired: WithPaths, group: GroupItem, item: JsonObject): void {
  for (const [name, relation] of Object.entries(listsOfGroup)) {
    const people = item.get(name)
    if (people === undefined) continue
    if (!isList(people)) throw new Unreadable(`${name} is ${nameOf(people)}, and not a list`, name)
    noteNamed(desired, group.line, relation)
    for (const [index, person] of people.entries()) {
      const line = desired.naming.add(`${group.path}.${name}[${index}]`)
      const add = () => addMembershipIn(desired, line, group, relation, readPerson(person))
      orProblem(desired, line, () => '', add)
    }
  }
}

function readPerson(person: Json): string {
  if (typeof person === 'string') return person
  if (isObject(person)) return readReference('it', person)
  throw new Unreadable(`it is ${nameOf(person)}, and not a text`)
}
