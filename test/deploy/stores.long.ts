/**
 * The handbook's connections to the stores: a password in PostgreSQL's own file, and the step of the compose file that
 * creates the bucket.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { openS3Packs } from '../../src/storage/s3.ts'
import { startCeph, whyNoCeph } from '../support/ceph.ts'
import { startPostgres } from '../support/postgres.ts'
import { inFolder, runVisage } from '../support/visage.ts'

const root = join(import.meta.dirname, '../..')

test('the password of PostgreSQL may be in the file that PGPASSFILE names', () =>
  inFolder(async cwd => {
    await using server = await startPostgres()
    const url = new URL(await server.createDatabase())
    const passwords = join(cwd, 'passwords')
    const migrateWith = async (password: string) => {
      await writeFile(passwords, `127.0.0.1:${url.port}:*:${url.username}:${password}\n`)
      await chmod(passwords, 0o600)
      const address = `postgres://${url.username}@${url.host}${url.pathname}`
      const env = { VISAGE_DATABASE: address, PGPASSFILE: passwords }
      return await runVisage(['migrate'], { cwd, env })
    }
    assert.equal((await migrateWith('another')).code, 1)
    assert.equal((await migrateWith(url.password)).code, 0)
  }))

test('the step that makes the bucket makes it, and again does nothing', {
  skip: whyNoCeph() ?? false,
}, async () => {
  await using ceph = await startCeph(1)
  const { services } = parse(await readFile(join(root, 'deploy/compose.yaml'), 'utf8'), {
    merge: true,
  })
  const [script] = services.bucket.command
  const words = services.bucket.entrypoint.slice(1)
  const endpoint = `http://127.0.0.1:${ceph.gatewayPort}`
  const env = {
    ...process.env,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: 'photos',
    AWS_ACCESS_KEY_ID: ceph.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ceph.credentials.secretAccessKey,
  }
  // Compose reads $$ as $.
  const make = () =>
    promisify(execFile)(process.execPath, [...words, script.replaceAll('$$', '$')], {
      cwd: root,
      env,
    })
  await make()
  await make()
  const location = {
    bucket: 'photos',
    prefix: '',
    endpoint,
    region: 'us-east-1',
    hasPathStyle: true,
  }
  await openS3Packs({ location, credentials: ceph.credentials })
  env.AWS_SECRET_ACCESS_KEY = 'another'
  await assert.rejects(make())
})
