/**
 * Visage as in production: `visage serve` in its own process with its own settings, with a population.
 */
import { join } from 'node:path'
import { type Running, readOrigin, startChild } from './child.ts'
import { audience, type Issuer } from './issuer.ts'
import { tenantId } from './population.ts'
import type { Place } from './processors.ts'

/** As deploy/ starts it. */
const nodeFlags = ['--max-semi-space-size=16']

export const main: string = join(import.meta.dirname, '..', 'src', 'main.js')

/** Differences from the embedded default. */
export type Deployment = Readonly<{
  /** postgres://… */
  database?: string
  packs?: Readonly<{ url: string; env: Readonly<Record<string, string>> }>
  packCacheBytes?: number
  packCacheFolder?: string
  workers?: number
  place?: Place
}>

export async function startVisage(
  data: string,
  issuer: Issuer,
  { database, packs, packCacheBytes, packCacheFolder, workers, place = 'server' }: Deployment = {},
): Promise<Running> {
  const flags = {
    port: '0',
    data,
    issuer: issuer.url,
    'issuer-tenant': tenantId,
    audience,
    // Otherwise a sweep would list a few hundred thousand packs during a round.
    'sweep-every': '0',
    ...(database !== undefined && { database }),
    ...(packs && { packs: packs.url }),
    ...(packCacheBytes !== undefined && { 'pack-cache': String(packCacheBytes) }),
    ...(packCacheFolder !== undefined && { 'pack-cache-folder': packCacheFolder }),
    ...(workers !== undefined && { workers: String(workers) }),
  }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const child = startChild(main, ['serve', ...args], place, packs?.env, nodeFlags)
  return { child, origin: await readOrigin(child.process) }
}
