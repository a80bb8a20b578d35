/**
 * Which browser the tests use: on Linux the one that comes with `@sparticuz/chromium`, unpacked once per machine with
 * the libraries and the font it needs; elsewhere an installed Chrome. Of that package's arguments none is used: they
 * switch off what the tests are to see (CORS), and put every page into one process.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

const run = promisify(execFile)

/** For a machine that stands still; nothing takes so long. */
export const limitMs = 60_000

/** Or one sentence about why there is none. */
export type Launched = Readonly<{ browser: Browser }> | Readonly<{ missing: string }>

type Found = Readonly<{ launch: LaunchOptions }> | Readonly<{ missing: string }>

const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
const parts = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br']

/** `more` are arguments of Chromium. */
export async function launchBrowser(more: readonly string[] = []): Promise<Launched> {
  const found = await findChromium()
  if ('missing' in found) return found
  const { args = [], ...launch } = found.launch
  try {
    const browser = await chromium.launch({ ...launch, args: [...args, ...more], timeout: limitMs })
    return { browser }
  } catch (error) {
    return { missing: `no browser can be started: ${String(error).split('\n')[0]}` }
  }
}

async function findChromium(): Promise<Found> {
  if (process.platform !== 'linux') return { launch: { channel: 'chrome' } }
  if (process.arch !== 'x64') {
    return { missing: `the browser of @sparticuz/chromium is for x64, this is ${process.arch}` }
  }
  try {
    const folder = await unpackOnce()
    return {
      launch: {
        executablePath: join(folder, 'chromium'),
        args,
        env: {
          ...process.env,
          LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
          FONTCONFIG_FILE: join(folder, 'fonts.conf'),
        },
      },
    }
  } catch (error) {
    return { missing: `@sparticuz/chromium cannot be unpacked: ${error}` }
  }
}

/** The finished folder appears under its name at once, so nobody starts half a browser. */
async function unpackOnce(): Promise<string> {
  const packed = dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium')))
  const { version } = JSON.parse(await readFile(join(packed, '../package.json'), 'utf8'))
  const folder = join(tmpdir(), `visage-chromium-${version}`)
  await using _turn = await takeTurn(`${folder}.lock`, () => existsSync(folder))
  if (existsSync(folder)) return folder
  const unfinished = await mkdtemp(`${folder}-`)
  await inflate(join(packed, '../bin'), unfinished)
  await writeFile(join(unfinished, 'fonts.conf'), writeFontSettings(folder))
  await rename(unfinished, folder).catch(async error => {
    // Another one finished first, after a lock that had become stale.
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}

/** In a process of its own, because the package unpacks to the temporary folder of its process. */
async function inflate(packed: string, folder: string): Promise<void> {
  const program = `import { inflate } from '@sparticuz/chromium'
await Promise.all(${JSON.stringify(parts)}.map(part => inflate(${JSON.stringify(packed)} + '/' + part)))`
  await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder },
  })
}

/** Without a lock each of several test files would unpack 260 MB. Whoever died with it blocks for two minutes only. */
async function takeTurn(lock: string, isDone: () => boolean): Promise<AsyncDisposable> {
  const staleMs = 120_000
  while (!isDone()) {
    if (await make(lock)) {
      return { [Symbol.asyncDispose]: () => rm(lock, { recursive: true, force: true }) }
    }
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > staleMs) await rm(lock, { recursive: true, force: true })
    await delay(50)
  }
  return { async [Symbol.asyncDispose]() {} }
}

/** Whether it was made here; false where it is already. */
async function make(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** The same letters on every machine: Open Sans for Latin, Greek and Cyrillic, the machine's fonts for the rest. */
function writeFontSettings(folder: string): string {
  const families = ['Segoe UI', 'system-ui', 'sans-serif']
  const aliases = families.map(
    family =>
      `<alias binding="same"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
  )
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>
<cachedir>${folder}/font-cache</cachedir>${aliases.join('')}</fontconfig>`
}
