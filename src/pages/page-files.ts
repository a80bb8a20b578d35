/**
 * The page in memory. In the package it is read once. In a checkout it may be built while the server runs, by this process
 * or by another, so a request for the HTML looks whether there is a newer one.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Asset, type Built, readBuilt } from './built.ts'
import { failureAt, type PagePlace } from './place.ts'

export type PageFiles = Readonly<{
  /** The page; or why there is none. */
  current: () => Promise<Built | 'missing' | 'failed'>
  find: (name: string) => Promise<Asset | undefined>
}>

/** `base`: the path of the base URL, without a slash at the end. */
export function openPageFiles(
  { folder, web }: PagePlace,
  base: string,
  troubled: (what: string, error: unknown) => void,
): PageFiles {
  let built: Built | undefined
  let mark: string | undefined
  let looking: Promise<void> | undefined
  const look = async () => {
    const found = await markOf(join(folder, 'index.html'))
    if (found === undefined || found === mark) return
    built = (await readBuilt(folder, base)) ?? built
    mark = found
  }
  /** One at a time, for all requests that wait. */
  const refresh = () => {
    looking ??= look()
      .catch(error => troubled('reading the page', error))
      .finally(() => {
        looking = undefined
      })
    return looking
  }
  const ready = refresh()
  const refreshIfBuiltHere = () => (web === undefined ? ready : refresh())
  return {
    async current() {
      await refreshIfBuiltHere()
      if (built !== undefined) return built
      return web !== undefined && (await markOf(failureAt(web))) ? 'failed' : 'missing'
    },
    async find(name) {
      await ready
      const asset = built?.assets.get(name)
      if (asset !== undefined || web === undefined) return asset
      // Another process built it, and answered the HTML that names it.
      await refresh()
      return built?.assets.get(name)
    },
  }
}

/** Differs between two builds; undefined if there is none. */
async function markOf(file: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(file)
    return `${ino} ${mtimeMs}`
  } catch {
    // Missing, or not readable: the build says why in the log.
    return undefined
  }
}
