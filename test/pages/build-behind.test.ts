/** Building the page behind a start: only if it has to be, failing in words, and never outliving the server. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { buildPageBehind } from '../../src/pages/build-behind.ts'
import { stampName, stampOf } from '../../src/pages/stamp.ts'
import { inTemporary, writeFiles } from './stand.ts'

type Checkout = Readonly<{
  web: string
  folder: string
  /** What the build was asked to do, and why it failed. */
  build: () => Promise<readonly string[]>
  begin: () => ReturnType<typeof buildPageBehind>
  ran: () => Promise<string>
}>

/** A checkout whose program of the build is `program`. */
async function inCheckout(program: string, work: (checkout: Checkout) => Promise<void>) {
  await inTemporary(async root => {
    const web = join(root, 'web')
    await writeFiles(root, {
      'package-lock.json': '{}',
      'web/index.html': '<p>',
      'web/build.ts': '',
      'web/src/app.tsx': 'one',
      'web/src/views/my-photo.tsx': 'two',
      'web/build-once.ts': `import { appendFileSync } from 'node:fs'
        appendFileSync('ran.txt', 'x')
        ${program}`,
    })
    const folder = join(web, 'dist/page')
    const place = { folder, web }
    await work({
      web,
      folder,
      async build() {
        const problems: string[] = []
        await buildPageBehind(problem => problems.push(problem), place).done
        return problems
      },
      begin: () => buildPageBehind(problem => assert.fail(problem), place),
      ran: () => readFile(join(web, 'ran.txt'), 'utf8').catch(() => ''),
    })
  })
}

const writeStamp = async ({ web, folder }: Checkout) =>
  await writeFiles(folder, { [stampName]: await stampOf(web), 'index.html': '<p>' })

describe('behind a start', () => {
  test('the page is built if it is missing', () =>
    inCheckout('', async ({ build, ran }) => {
      assert.deepEqual([await build(), await ran()], [[], 'x'])
    }))

  test('the page is not built again from the same sources', () =>
    inCheckout('', async checkout => {
      await writeStamp(checkout)
      assert.deepEqual([await checkout.build(), await checkout.ran()], [[], ''])
      assert.ok(existsSync(join(checkout.folder, 'index.html')))
    }))

  const changes = [
    'web/src/app.tsx',
    'web/src/new.tsx',
    'web/index.html',
    'web/build.ts',
    'package-lock.json',
  ]
  for (const changed of changes) {
    test(`the page is built again when ${changed} is another`, () =>
      inCheckout('', async checkout => {
        await writeStamp(checkout)
        await writeFile(join(checkout.web, '..', changed), 'changed')
        assert.deepEqual([await checkout.build(), await checkout.ran()], [[], 'x'])
        assert.equal(existsSync(checkout.folder), false, 'the page of other sources is still there')
      }))
  }

  test('a build that fails says why, and nothing else happens', () =>
    inCheckout(
      "console.error('app.tsx: unexpected token'); process.exitCode = 1",
      async ({ build }) => {
        assert.deepEqual(await build(), ['The page could not be built: app.tsx: unexpected token'])
      },
    ))

  test('a build that dies without a word is a failure too', () =>
    inCheckout('process.exit(3)', async ({ build }) => {
      assert.deepEqual(await build(), ['The page could not be built: it ended with 3'])
    }))

  test('a checkout without its sources is a failure too', () =>
    inCheckout('', async ({ web }) => {
      const problems: string[] = []
      const place = { folder: join(web, 'dist/page'), web: join(web, 'elsewhere') }
      await buildPageBehind(problem => problems.push(problem), place).done
      assert.match(problems.join(), /^The page could not be built: ENOENT/)
    }))

  test('a build that still runs ends with the server, without a complaint', () =>
    inCheckout(
      "appendFileSync('pid.txt', String(process.pid)); setInterval(() => {}, 1000)",
      async ({ begin, web }) => {
        const { end } = begin()
        const pid = async () =>
          (await readFile(join(web, 'pid.txt'), 'utf8').catch(() => '')).trim()
        while ((await pid()) === '') await new Promise(resolve => setTimeout(resolve, 5))
        await end()
        const running = Number(await pid())
        assert.throws(() => process.kill(running, 0), { code: 'ESRCH' })
      },
    ))

  test('a server that ends at once begins no build', () =>
    inCheckout('', async ({ begin, ran }) => {
      await begin().end()
      assert.equal(await ran(), '')
    }))

  test('the package builds nothing', async () => {
    await buildPageBehind(problem => assert.fail(problem), { folder: '/nowhere' }).done
  })
})
