/**
 * Reads a built page into memory: its HTML, and its assets with their brotli copies. Requests are answered from there, so no
 * path of a request ever reaches the file system.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

export type Asset = Readonly<{
  contentType: string
  bytes: Uint8Array
  brotli: Uint8Array | undefined
}>

export type Built = Readonly<{
  html: string
  /** Strong. */
  etag: string
  /** By file name. */
  assets: ReadonlyMap<string, Asset>
}>

/** Files of other kinds are not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** A folder with more is not what web/build.ts makes. */
const maxFiles = 500
const maxBytes = 32 * 1024 * 1024

/** `base`: the path of the base URL, without a slash at the end. undefined if the folder has no page. */
export async function readBuilt(folder: string, base: string): Promise<Built | undefined> {
  const text = await readFile(join(folder, 'index.html'), 'utf8').catch(absent)
  if (text === undefined) return undefined
  const html = completeAddresses(text, base)
  const hash = createHash('sha256').update(html).digest('base64url')
  return { html, etag: `"${hash}"`, assets: await readAssets(join(folder, 'assets')) }
}

/** The HTML is also the answer at /people/{id}, where `./assets/…` would lead elsewhere. */
function completeAddresses(html: string, base: string): string {
  const root = base.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return html.replace(/(\s(?:src|href)=")\.\//g, (_, start: string) => `${start}${root}/`)
}

async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const names = await readdir(folder)
  if (names.length > maxFiles) throw new Error(`${folder} has more than ${maxFiles} files`)
  const assets = new Map<string, Asset>()
  let bytes = 0
  for (const name of names) {
    const contentType = contentTypes[extname(name)]
    if (contentType === undefined) continue
    const asset = await readAsset(join(folder, name), contentType)
    bytes += asset.bytes.byteLength
    if (bytes > maxBytes) throw new Error(`${folder} has more than ${maxBytes} bytes`)
    assets.set(name, asset)
  }
  return assets
}

async function readAsset(file: string, contentType: string): Promise<Asset> {
  const [bytes, brotli] = await Promise.all([readFile(file), readFile(`${file}.br`).catch(absent)])
  return { contentType, bytes, brotli }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
