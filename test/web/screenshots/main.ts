/**
 * Pictures of every view and state of the page, with the demo tenant: desktop and phone, light and dark, both languages.
 * With --readme the few that README.md and docs/clients.md show, small, in docs/images. All are the same on every run, but
 * for times, ids and tokens.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { drawFace } from '../../../src/dev/demo/faces.ts'
import { type Development, startDevelopment } from '../../../src/dev/development.ts'
import { takeToolkit } from '../../clients/toolkit-shot.ts'
import { launchBrowser, limitMs } from '../../support/chromium.ts'
import { builtPage } from '../../support/page.ts'
import type { Shot } from './shot.ts'
import { shots, signInTo } from './shots.ts'
import { type Variant, variants } from './variants.ts'

const help = `Usage: npm run screenshots -- [options]

  --to <folder>    default: screenshots
  --only <text>    only pictures whose name has this text, such as crop or phone-zh; several times
  --readme         only those of README.md and docs/clients.md, into docs/images`

/** Name in docs/images, variant, shot. */
const readme = [
  ['page-my-photo', 'desktop-en-light', 'my-photo'],
  ['page-crop', 'desktop-en-light', 'crop'],
  ['page-people', 'desktop-en-dark', 'people'],
  ['page-phone', 'phone-zh-light', 'my-photo'],
  ['page-many-photos', 'desktop-en-light', 'many-photos'],
  ['page-requests', 'desktop-en-light', 'requests'],
] as const

const images = join(import.meta.dirname, '../../../docs/images')

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: 'screenshots' },
    only: { type: 'string', multiple: true, default: [] },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await take()

async function take(): Promise<void> {
  await builtPage()
  const launched = await launchBrowser()
  if ('missing' in launched) throw new Error(launched.missing)
  const visage = await startDevelopment({
    host: 'localhost',
    port: 0,
    data: undefined,
    strictContentType: false,
    write: () => {},
  })
  await visage.photosReady
  try {
    await (values.readme ? takeReadme : takeAll)(launched.browser, visage)
  } finally {
    await launched.browser.close()
    await visage.close()
  }
}

async function takeAll(browser: Browser, visage: Development): Promise<void> {
  await mkdir(values.to, { recursive: true })
  for (const shot of shots) {
    for (const variant of variants) {
      const name = `${shot.name}-${variant.name}`
      if (values.only.length > 0 && !values.only.some(text => name.includes(text))) continue
      try {
        await writeFile(
          join(values.to, `${name}.png`),
          await takeShot(browser, visage, shot, variant),
        )
        console.log(name)
      } catch (error) {
        process.exitCode = 1
        console.log(`${name}: ${error}`)
      }
    }
  }
}

async function takeReadme(browser: Browser, visage: Development): Promise<void> {
  await mkdir(images, { recursive: true })
  for (const [name, variantName, shotName] of readme) {
    const shot = shots.find(one => one.name === shotName)
    const variant = variants.find(one => one.name === variantName)
    if (!shot || !variant) throw new Error(`there is no ${shotName} in ${variantName}`)
    await writeSmall(name, await takeShot(browser, visage, shot, variant))
  }
  await writeSmall('toolkit', await takeToolkit())
}

async function writeSmall(name: string, picture: Buffer): Promise<void> {
  const small = await sharp(picture).png({ palette: true, effort: 10, colours: 200 }).toBuffer()
  await writeFile(join(images, `${name}.png`), small)
  console.log(`${name}: ${Math.ceil(small.byteLength / 1000)} kB`)
}

async function takeShot(
  browser: Browser,
  visage: Development,
  { path = '/', who = 'alice', network, given, steps }: Shot,
  { words, context: options }: Variant,
): Promise<Buffer> {
  const { origin } = visage
  const context = await browser.newContext(options)
  context.setDefaultTimeout(limitMs)
  try {
    const page = await context.newPage()
    const picture = Buffer.from(await drawFace('alice', 1200, { hair: 'wavy' }))
    const other = Buffer.from(await drawFace('other', 648))
    const stand = { page, words, visage, origin, picture, other }
    await given?.(stand)
    await page.goto(origin + path)
    if (who !== null) await signInTo(stand, who)
    await settle(page, network)
    await steps?.(stand)
    await settle(page, network)
    return await page.screenshot({ animations: 'disabled', caret: 'hide' })
  } finally {
    await context.close()
    await fetch(`${origin}/_visage/faults`, { method: 'DELETE' })
    await visage.reset()
    await visage.photosReady
  }
}

/** Nothing is being loaded any more. */
async function settle(page: Page, network: Shot['network']): Promise<void> {
  await page.waitForLoadState(network === 'listening' ? 'load' : 'networkidle')
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  await page.evaluate('Promise.allSettled([...document.images].map(image => image.decode()))')
}
