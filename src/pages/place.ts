/** Where the built page is: beside the code of the package, or in a checkout where web/build.ts puts it. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { extname, join } from 'node:path'

export type PagePlace = Readonly<{
  /** Has `index.html` and `assets/`. */
  folder: string
  /** In a checkout: the folder that web/build.ts builds. The page may be built anew while the server runs. */
  web?: string
}>

export function findPage(here: string = import.meta.filename): PagePlace {
  if (extname(here) === '.js') return { folder: join(here, '../../page') }
  const web = join(here, '../../../web')
  return { folder: join(web, 'dist/page'), web }
}

/** False where a build cannot even leave the file that says that it failed. */
export async function canBeBuilt({ web }: PagePlace): Promise<boolean> {
  if (web === undefined) return true
  return (await isOpen(join(web, 'dist'))) ?? (await isOpen(web)) ?? false
}

/** Whether files can be made in a folder; undefined if there is none. */
async function isOpen(folder: string): Promise<boolean | undefined> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : false
  }
}

/** Beside the page: exists if the last build failed. */
export function failureAt(web: string): string {
  return join(web, 'dist/failed.txt')
}
