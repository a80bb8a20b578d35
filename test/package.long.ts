/**
 * The package as a user gets it: packed, installed into an empty folder, run with this Node.js.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { findOldNode } from './support/installed.ts'

const oldNode = await findOldNode()
const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const manifest: Readonly<{
  version: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}> = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

/** Without npm's variables, which would send a nested npm to this folder; the registry may stay. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache|userconfig)$/i.test(name),
  ),
)
const npm = (folder: string, ...words: readonly string[]) =>
  run('npm', [...words, '--no-audit', '--no-fund', '--no-update-notifier'], {
    cwd: folder,
    env: environment,
    timeout: 240_000,
  })

describe('the package', () => {
  let folder = ''
  let visage = ''
  const call = (...words: readonly string[]) =>
    run(process.execPath, [visage, ...words], { cwd: folder, env: environment, timeout: 30_000 })

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'visage-package-')))
    visage = join(folder, 'node_modules', '.bin', 'visage')
    await npm(root, 'pack', '--pack-destination', folder)
    const tarball = (await readdir(folder)).find(name => name.endsWith('.tgz'))
    assert.ok(tarball)
    await npm(folder, 'install', '--prefer-offline', join(folder, tarball))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('contains programs and documents, and no sources or tests', async () => {
    const names = await readdir(join(folder, 'node_modules', 'visage'))
    for (const name of ['CHANGELOG.md', 'LICENSE', 'dist', 'docs', 'package.json']) {
      assert.ok(names.includes(name), name)
    }
    assert.deepEqual(
      names.filter(name => ['src', 'test', 'bench', 'data', '.ci'].includes(name)),
      [],
    )
  })

  test('has the versions of its dependencies that it was tested with', async () => {
    for (const [name, wanted] of Object.entries(manifest.dependencies)) {
      const installed = join(folder, 'node_modules', name, 'package.json')
      const { version } = JSON.parse(await readFile(installed, 'utf8')) as { version: string }
      assert.equal(version, wanted, name)
    }
  })

  test('has a command that the shell can run', async () => {
    const main = await readFile(visage, 'utf8')
    assert.ok(main.startsWith('#!/usr/bin/env node\n'))
    assert.ok((await stat(visage)).mode & 0o100)
  })

  test('shows its commands and its version', async () => {
    const help = await call('--help')
    for (const command of ['dev', 'serve', 'token', 'reset'])
      assert.match(help.stdout, new RegExp(command))
    assert.equal((await call('--version')).stdout.trim(), manifest.version)
  })

  test('reports in one line that Node.js is too old, as a command and inside a test', {
    skip: oldNode === undefined && 'not run: no older Node.js here',
  }, async () => {
    const { path = '', version = '' } = oldNode ?? {}
    const refusal = `Visage needs Node.js 24 or newer, and this is ${version}.`
    const command = run(path, [visage, 'dev'], { cwd: folder, env: environment })
    const told = { code: 2, stdout: '', stderr: `visage: ${refusal}\n` }
    await assert.rejects(command, told)
    const program = `import('visage')
        .then(({ startVisage }) => startVisage())
        .catch(error => console.log(error.message))`
    const { stdout } = await run(path, ['--eval', program], { cwd: folder, env: environment })
    assert.equal(stdout, `${refusal}\n`)
  })

  test('starts inside a test, with types', async () => {
    const program = `
      import { startVisage, type Visage } from 'visage'
      await using visage: Visage = await startVisage({ photos: 'none', faults: ['418 on GET me'] })
      const headers = { authorization: \`Bearer \${await visage.token({ user: 'alice' })}\` }
      const { status } = await fetch(visage.baseUrl + '/me', { headers })
      const faults: readonly string[] | undefined = visage.requests()[0]?.faults
      console.log(status, faults)`
    await writeFile(join(folder, 'program.mts'), program)
    const { stdout } = await run(process.execPath, ['program.mts'], {
      cwd: folder,
      env: environment,
    })
    assert.equal(stdout, "418 [ '418 on GET me' ]\n")
    const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node']
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types]
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    await run(process.execPath, [tsc, ...options, 'program.mts'], { cwd: folder })
  })

  test('serves the page, without the packages that built it', async () => {
    for (const name of ['vite', 'react', 'react-dom', '@fluentui']) {
      assert.equal(existsSync(join(folder, 'node_modules', name)), false, name)
    }
    const program = `
      import { startVisage } from 'visage'
      await using visage = await startVisage({ photos: 'none' })
      const page = await fetch(visage.url + '/people/x')
      const html = await page.text()
      const [, script] = /<script[^>]* src="([^"]+)"/.exec(html)
      const loaded = await fetch(visage.url + script, { headers: { 'accept-encoding': 'br' } })
      console.log(page.status, loaded.status, loaded.headers.get('content-encoding'))`
    await writeFile(join(folder, 'page.mjs'), program)
    const { stdout } = await run(process.execPath, ['page.mjs'], { cwd: folder, env: environment })
    assert.equal(stdout, '200 200 br\n')
  })

  test('answers requests in development mode', async () => {
    const words = [visage, 'dev', '--memory', '--port', '0']
    const server = spawn(process.execPath, words, { cwd: folder, env: environment })
    const ended = once(server, 'exit')
    try {
      const answer = await fetch(`${await originPrintedBy(server.stdout)}/v1.0/me/photo/$value`)
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
    } finally {
      server.kill('SIGINT')
    }
    assert.deepEqual(await ended, [0, null])
  })
})

test('every mention of the version is that of package.json', async () => {
  const folders = ['src', 'docs', 'deploy']
  const found = await Promise.all(
    folders.map(name => readdir(join(root, name), { recursive: true })),
  )
  const paths = found.flatMap((names, index) => names.map(name => join(folders[index] ?? '', name)))
  for (const path of ['README.md', ...paths].filter(path => /\.\w+$/.test(path))) {
    const text = await readFile(join(root, path), 'utf8')
    for (const [, version] of text.matchAll(/\bvisage[-@ v]{1,2}(\d+\.\d+\.\d+)\b/gi)) {
      assert.equal(version, manifest.version, path)
    }
  }
})

test('the package names its dependencies by the versions that the tests run on', async () => {
  for (const [name, range] of Object.entries(manifest.dependencies)) {
    const installed = join(root, 'node_modules', name, 'package.json')
    const { version } = JSON.parse(await readFile(installed, 'utf8')) as { version: string }
    assert.equal(range, version, name)
  }
})

test('every runtime dependency has its sentence, and no sentence outlives its package', async () => {
  const text = await readFile(join(root, 'docs', 'dependencies.md'), 'utf8')
  const cells = [...text.matchAll(/^\| (`.*?`) \|/gm)].map(match => match[1] ?? '')
  const described = cells.flatMap(cell => cell.split(', ').map(name => name.replaceAll('`', '')))
  const needed = Object.keys(manifest.dependencies)
  const declared = [...needed, ...Object.keys(manifest.devDependencies)]
  assert.deepEqual(
    needed.filter(name => !described.includes(name)),
    [],
  )
  assert.deepEqual(
    described.filter(name => !declared.includes(name)),
    [],
  )
})

/** Continues to read after the address is found: a closed pipe would end the server. */
const originPrintedBy = (output: NodeJS.ReadableStream): Promise<string> =>
  new Promise((resolve, reject) => {
    createInterface({ input: output })
      .on('line', line => {
        const origin = /http:\/\/[a-z0-9.[\]:]+:\d+/.exec(line)?.[0]
        if (origin) resolve(origin)
      })
      .on('close', () => reject(new Error('the server ended without a word of its address')))
  })
