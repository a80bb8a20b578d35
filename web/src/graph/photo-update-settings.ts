/**
 * The organization's rule on who may change photos of people: reads it, changes it, sets it back. Graph has no ETag for
 * it, so a change first reads whether another administrator was quicker. Only what differs is sent.
 */
import { readBatch } from './batch.ts'
import type { Graph } from './graph.ts'
import { toFields } from './page.ts'
import type { Problem } from './problem.ts'

export type PhotoUpdateSettings = Readonly<{
  /** null, the default, means the same as 'cloud'. */
  source: 'cloud' | 'onPremises' | null
  /** Template ids; empty: everyone. */
  allowedRoles: readonly string[]
}>

export const defaults: PhotoUpdateSettings = { source: null, allowedRoles: [] }

/** Enough to read and to change. */
export const settingsPermissions: readonly string[] = ['PeopleSettings.ReadWrite.All']

/** `settings`: those that the server has now. */
export type Change = Readonly<{ outcome: 'done' | 'changed'; settings: PhotoUpdateSettings }>

const path = '/admin/people/photoUpdateSettings'
const options = { version: 'beta', permissions: settingsPermissions } as const

export async function readSettings(graph: Graph): Promise<PhotoUpdateSettings> {
  return await toSettings(await graph.send('GET', path, options))
}

/**
 * Why a change would be refused; undefined where nothing is known against it. Everyone may read the rule. The question
 * is a change without a body: the server checks rights (403) before it misses the body (400). See may-change.ts.
 */
export async function askMayChangeSettings(graph: Graph): Promise<Problem | undefined> {
  const [answer] = await readBatch(graph, [{ method: 'PATCH', path }], options)
  return answer?.problem?.kind === 'forbidden' ? answer.problem : undefined
}

/** From `seen` to `wanted`. */
export async function changeSettings(
  graph: Graph,
  seen: PhotoUpdateSettings,
  wanted: PhotoUpdateSettings,
): Promise<Change> {
  return await unlessChanged(graph, seen, async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(changesOf(seen, wanted))
    return await toSettings(await graph.send('PATCH', path, { ...options, headers, body }))
  })
}

export async function resetSettings(graph: Graph, seen: PhotoUpdateSettings): Promise<Change> {
  return await unlessChanged(graph, seen, async () => {
    await graph.send('DELETE', path, options)
    return defaults
  })
}

async function unlessChanged(
  graph: Graph,
  seen: PhotoUpdateSettings,
  change: () => Promise<PhotoUpdateSettings>,
): Promise<Change> {
  const settings = await readSettings(graph)
  if (!isSame(settings, seen)) return { outcome: 'changed', settings }
  return { outcome: 'done', settings: await change() }
}

export function isSame(one: PhotoUpdateSettings, other: PhotoUpdateSettings): boolean {
  return Object.keys(changesOf(one, other)).length === 0
}

/** What does the same is no change: null and 'cloud', the same roles in another order. */
export function changesOf(
  from: PhotoUpdateSettings,
  to: PhotoUpdateSettings,
): Partial<PhotoUpdateSettings> {
  return {
    ...((from.source ?? 'cloud') !== (to.source ?? 'cloud') && { source: to.source }),
    ...(setOf(from) !== setOf(to) && { allowedRoles: to.allowedRoles }),
  }
}

const setOf = ({ allowedRoles }: PhotoUpdateSettings) => String([...new Set(allowedRoles)].sort())

async function toSettings(response: Response): Promise<PhotoUpdateSettings> {
  const { source, allowedRoles } = toFields(await response.json())
  const roles = Array.isArray(allowedRoles) ? allowedRoles : []
  return {
    source: source === 'cloud' || source === 'onPremises' ? source : null,
    allowedRoles: roles.filter(role => typeof role === 'string'),
  }
}
