/**
 * Who has a photo and how large it is: lists that Graph does not have, described in docs/api.md. A page of them may have
 * few rows, even none, and still a next one, because the server looks at so many people for one answer and no more.
 */
import type { Graph } from './graph.ts'
import { type Fields, type Page, readPage, textOf } from './page.ts'
import { conditionsOf, peoplePermissions, type Wanted } from './people.ts'

export type PhotoFilter = 'missing' | 'small'

/** Pixels. A narrower photo is blurred wherever it is larger than in a list. */
export const wantedWidth = 240

const filters: Readonly<Record<PhotoFilter, Readonly<Record<string, string>>>> = {
  missing: { photo: 'missing' },
  small: { narrowerThan: String(wantedWidth) },
}

/** People in the form of `readPeople`. */
export function portrayedPath(wanted: Wanted, filter: PhotoFilter): string {
  const query = { $top: '200', ...conditionsOf(wanted), ...filters[filter] }
  return `/visage/userPhotos?${new URLSearchParams(query)}`
}

/** How many people of a department have a photo. */
export type Share = Readonly<{
  /** Undefined: of people without a department. */
  department: string | undefined
  people: number
  withPhoto: number
}>

/** More departments than these are no longer an overview. */
const maxPages = 10

export async function readCoverage(graph: Graph, signal: AbortSignal): Promise<readonly Share[]> {
  const options = { permissions: peoplePermissions, signal }
  const shares: Share[] = []
  let path: string | undefined = '/visage/photoCoverage?$top=999'
  for (let pages = 0; path !== undefined && pages < maxPages; pages++) {
    const page: Page<Share> = await readPage(graph, path, toShare, options)
    shares.push(...page.rows)
    path = page.next
  }
  return shares
}

function toShare(fields: Fields): Share {
  return {
    department: textOf(fields, 'department'),
    people: Number(fields.people) || 0,
    withPhoto: Number(fields.withPhoto) || 0,
  }
}
