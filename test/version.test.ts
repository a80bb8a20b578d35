/** A Node.js that is too old: command and package report it before anything else can fail. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { explainOldNode, readVersion } from '../src/version.ts'
import { inFolder, runVisage } from './support/visage.ts'

const refusal = 'Visage needs Node.js 24 or newer, and this is 20.20.2.'

const versions: readonly (readonly [string, string | undefined])[] = [
  ['20.20.2', refusal],
  ['9.11.2', 'Visage needs Node.js 24 or newer, and this is 9.11.2.'],
  ['23.11.1', 'Visage needs Node.js 24 or newer, and this is 23.11.1.'],
  ['24.0.0', undefined],
  ['25.0.0-nightly20250501', undefined],
  ['100.1.0', undefined],
]

for (const [version, words] of versions) {
  test(`Node.js ${version} is ${words === undefined ? 'new enough' : 'refused'}`, () => {
    assert.equal(explainOldNode(version), words)
  })
}

test('the version is that of the package', async () => {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  assert.equal(readVersion(), (JSON.parse(manifest) as { version: string }).version)
})

/** This Node.js under another number, and the first thing that it loads beside the entry and the check. */
const asOld = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
  registerHooks({ load(url, context, next) {
    if (/src.(?!main|visage|version)/.test(url)) console.log('loads ' + url)
    return next(url, context)
  } })`)}`

test('the command reports it in one line, with the exit code of a wrong call', () =>
  inFolder(async cwd => {
    for (const args of [['dev'], ['serve'], ['--version'], []]) {
      const old = await runVisage(args, { cwd, env: { NODE_OPTIONS: `--import=${asOld}` } })
      assert.deepEqual(old, {
        code: 2,
        signal: null,
        stdout: '',
        stderr: `visage: ${refusal}\n`,
      })
    }
  }))

test('startVisage reports it, and loads nothing that would fail first', () =>
  inFolder(async cwd => {
    const entry = new URL('../src/visage.ts', import.meta.url).href
    const program = `import('${entry}')
      .then(visage => visage.startVisage())
      .catch(error => console.log(error.message))`
    const place = { cwd, env: { NODE_OPTIONS: `--import=${asOld}` }, program: '--eval' }
    const { code, stdout, stderr } = await runVisage([program], place)
    assert.deepEqual([code, stdout, stderr], [0, `${refusal}\n`, ''])
  }))
