/**
 * The contact sheet of a plan: before and after of everybody, as pages for a browser that hold their pictures. A name or a
 * file name cannot run there: texts are escaped, and the policy forbids scripts and requests.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { escapeHtml } from '../html.ts'
import type { Pictured } from '../push/plan.ts'
import { beginPage, endPage, pageRow, withSmall } from './push-page.ts'
import { describeEntry } from './push-words.ts'

export type ContactSheet = AsyncDisposable &
  Readonly<{
    /** The first page. */
    path: string
    add: (pictured: Pictured) => Promise<void>
  }>

const columns = ['Before', 'After', 'Who', 'File', 'What happens']

/** About 8 MB. */
const rowsPerPage = 1000

/** `path` ends with `.html`; further pages are beside it. Only its owner may read it. */
export async function openSheet(path: string, title: string): Promise<ContactSheet> {
  let page = 1
  let rows = 0
  let file = await begin(path, title)
  return {
    path,
    async add(pictured) {
      if (rows > 0 && rows % rowsPerPage === 0) {
        const next = pagePath(path, ++page)
        await finish(file, `<p><a href="${escapeHtml(fileName(next))}">Next page</a></p>`)
        file = await begin(next, title)
      }
      rows += 1
      await file.appendFile(rowOf(pictured))
    },
    async [Symbol.asyncDispose]() {
      await finish(file, '')
    },
  }
}

function pagePath(path: string, page: number): string {
  return path.replace(/(\.html?)?$/i, `-${page}.html`)
}

function fileName(path: string): string {
  return encodeURIComponent(path.split(/[\\/]/).at(-1) ?? '')
}

async function begin(path: string, title: string): Promise<FileHandle> {
  const file = await open(path, 'w', 0o600)
  await file.appendFile(beginPage({ title, columns, pictures: 'inside' }))
  return file
}

async function finish(file: FileHandle, more: string): Promise<void> {
  await file.appendFile(endPage(more))
  await file.close()
}

function rowOf({ entry, before, after }: Pictured): string {
  const { person, path, by, isFolded } = entry
  const how = `by ${by}${isFolded ? ', which differs in letter case or accents' : ''}`
  return pageRow(entry.action, [
    imageOf(before, 'before'),
    imageOf(after, 'after'),
    withSmall(person.name, person.address),
    withSmall(path, how),
    escapeHtml(describeEntry(entry)),
  ])
}

function imageOf(jpeg: Uint8Array | undefined, alternative: string): string {
  if (jpeg === undefined) return '<span class="none"></span>'
  const data = Buffer.from(jpeg).toString('base64')
  return `<img src="data:image/jpeg;base64,${data}" alt="${alternative}" loading="lazy">`
}
