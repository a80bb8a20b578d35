/** A small page as Vite would build it, and calls to its mount without a socket. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { Call, Reply } from '../../src/call.ts'
import { pageMount } from '../../src/pages/mount.ts'
import type { PageSetup } from '../../src/pages/setup.ts'
import { readConfig } from '../../src/settings/config.ts'

export const script = 'index-AAAAaaaa.js'
export const html = `<!doctype html><html><head><link rel="icon" href="./assets/icon-BBBBbbbb.svg" />
<script type="module" crossorigin src="./assets/${script}"></script></head><body></body></html>`

/** Writes files below a folder; an object has the same keys as paths. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

export async function writePage(folder: string, text = 'hello'): Promise<void> {
  const bytes = `console.log('${text.repeat(50)}')`
  await writeFiles(folder, {
    [`assets/${script}`]: bytes,
    [`assets/${script}.br`]: brotliCompressSync(bytes),
    'assets/icon-BBBBbbbb.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'assets/notes-CCCCcccc.txt': 'not a file of a page',
    'index.html': html,
  })
}

export async function inTemporary(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-page-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const { trust } = readConfig({ issuer: 'https://id.example/staff', audience: 'visage' }, {})

export type Ask = (
  url: string,
  headers?: Readonly<Record<string, string>>,
  method?: string,
) => Promise<Reply>

/** Answers only what the mount claims; asserts nothing. */
export function openStand(setup: Partial<PageSetup>): Readonly<{ ask: Ask; troubles: string[] }> {
  const troubles: string[] = []
  const mount = pageMount(
    {
      mode: 'serve',
      clientId: undefined,
      origin: 'https://photos.example',
      missing: 'being built',
      ...setup,
    },
    {
      trust,
      fetch: () => Promise.reject(new Error('not reachable')),
      elapsed: () => performance.now(),
      write: () => {},
      troubled: (what, error) => troubles.push(`${what}: ${error}`),
      version: '1.2.3',
    },
  )
  return {
    troubles,
    async ask(url, headers = {}, method = 'GET') {
      const call: Call = {
        method,
        url,
        headers,
        origin: 'https://photos.example',
        readBody: () => Promise.reject(new Error('not read')),
        takeMemory: () => {},
      }
      if (!mount.answers(call)) return { status: 0, headers: {} }
      return await mount.answer(call)
    },
  }
}
