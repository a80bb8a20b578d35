/**
 * The deployment files are correct about Visage, and contain no secret. The other tests of this folder run their own
 * programs on them, without a container engine.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { families } from '../../src/monitoring/families.ts'
import { moveSettings } from '../../src/settings/moving.ts'
import { settings } from '../../src/settings/table.ts'
import { whyMissing } from '../support/installed.ts'

const root = join(import.meta.dirname, '../..')
const deploy = join(root, 'deploy')
const read = (...path: readonly string[]) => readFile(join(...path), 'utf8')

const known = new Set<string>(Object.values({ ...settings, ...moveSettings }).map(({ env }) => env))
const texts = await Promise.all([
  ...(await readdir(deploy)).map(
    async name => [`deploy/${name}`, await read(deploy, name)] as const,
  ),
  ...['operating.md', 'growth.md'].map(
    async name => [`docs/${name}`, await read(root, 'docs', name)] as const,
  ),
])

for (const [file, text] of texts) {
  test(`every variable of Visage in ${file} is a setting`, () => {
    const named = new Set(text.match(/\bVISAGE_[A-Z0-9_]+\b/g) ?? [])
    assert.deepEqual(
      [...named].filter(name => !known.has(name)),
      [],
    )
  })
}

test('the unit, the image and the bench start Node.js with the same space for young objects', async () => {
  const files = [
    'deploy/visage.service',
    'deploy/Dockerfile',
    'bench/visage.ts',
    'docs/operating.md',
  ]
  const flags = await Promise.all(
    files.map(async file => /--max-semi-space-size=\d+/.exec(await read(root, file))?.[0]),
  )
  assert.deepEqual([...new Set(flags)], ['--max-semi-space-size=16'])
})

type Service = Readonly<{
  image: string
  build?: unknown
  pull_policy?: string
  environment?: Readonly<Record<string, string>>
  networks?: readonly string[]
  depends_on?: Readonly<Record<string, Readonly<{ condition: string }>>>
  ports?: readonly string[]
  volumes?: readonly string[]
  healthcheck?: Readonly<{ test: readonly string[] }>
  restart?: string
  read_only?: boolean
  cap_drop?: readonly string[]
  security_opt?: readonly string[]
  stop_grace_period?: string
  user?: string
  command?: readonly string[]
  deploy?: Readonly<{ resources: Readonly<{ limits: Readonly<{ memory?: string }> }> }>
}>
type Compose = Readonly<{
  services: Readonly<Record<string, Service>>
  networks: Readonly<Record<string, Readonly<{ internal?: boolean }> | null>>
  volumes: Readonly<Record<string, unknown>>
}>

describe('the compose file', async () => {
  const compose = parse(await read(deploy, 'compose.yaml'), { merge: true }) as Compose
  const { services, networks, volumes } = compose
  const nodes = ['visage-1', 'visage-2'].map(name => services[name])

  test('has two nodes, a proxy, a database and a store', () => {
    assert.deepEqual(Object.keys(services).sort(), [
      'bucket',
      'database',
      'proxy',
      'store',
      'visage-1',
      'visage-2',
    ])
  })

  for (const [name, service] of Object.entries(services)) {
    test(`${name} waits for services that exist and have a health check`, () => {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const needed = services[other]
        assert.ok(needed, other)
        if (condition !== 'service_healthy') continue
        // The nodes' check is in their image.
        assert.ok(needed.healthcheck || needed.image === 'visage', other)
      }
    })

    test(`${name} uses networks and volumes that exist, and may not gain rights`, () => {
      for (const network of service.networks ?? []) assert.ok(network in networks, network)
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0] ?? ''
        if (/^[a-z]+$/.test(source)) assert.ok(source in volumes, source)
      }
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'])
    })

    test(`${name} is given every secret from outside`, () => {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD|SECRET|KEY/.test(variable)) assert.match(value, /^\$\{[A-Z0-9_]+:\?[^}]*\}$/)
        assert.doesNotMatch(value, /:\/\/[^/$]+:[^$]+@/)
      }
    })

    test(`${name} names its image by exact version or digest`, () => {
      if (service.image === 'visage') return
      assert.match(service.image, /^[a-z/]+(:\d+\.\d+(\.\d+)?(-[a-z]+)?|@sha256:[\da-f]{64})$/)
    })

    test(`${name} writes to nothing but its volumes, and has no right that it does not need`, () => {
      assert.equal(service.read_only, true)
      assert.deepEqual(service.cap_drop, ['ALL'])
    })
  }

  test('allows no connections from outside to the database and the store, and none from them to the outside', () => {
    assert.equal(networks.stores?.internal, true)
    for (const name of ['database', 'store', 'bucket']) {
      assert.deepEqual(services[name]?.networks, ['stores'])
    }
    const open = Object.entries(services).filter(([, { ports }]) => ports !== undefined)
    assert.deepEqual(
      open.map(([name]) => name),
      ['proxy'],
    )
    assert.deepEqual(services.proxy?.networks, ['web'])
  })

  test('has one service build the image of all, and fetches it from nowhere', () => {
    const ours = Object.values(services).filter(({ image }) => image === 'visage')
    assert.deepEqual(
      ours.map(({ pull_policy }) => pull_policy),
      ['never', 'never', 'build'],
    )
    assert.deepEqual(
      Object.values(services).filter(({ build }) => build !== undefined),
      [services.bucket],
    )
  })

  test('checks the database over the same connection as the nodes', () => {
    // The server that fills a new data folder has a socket and no address.
    assert.ok(services.database?.healthcheck?.test.includes('--host=127.0.0.1'))
  })

  test('runs the nodes alike: no root, nothing to write to, time to finish', () => {
    const [one, two] = nodes
    assert.deepEqual(one, two)
    assert.equal(one?.read_only, true)
    assert.deepEqual(one?.cap_drop, ['ALL'])
    assert.match(one?.user ?? '', /^[1-9]\d*:[1-9]\d*$/)
    assert.equal(one?.stop_grace_period, '180s')
    assert.equal(one?.restart, 'unless-stopped')
    assert.ok(one?.deploy?.resources.limits.memory)
    for (const name of ['VISAGE_METRICS', 'VISAGE_DRAIN']) {
      assert.equal(one?.environment?.[name], `\${${name}:-}`)
    }
  })

  test('the example of its .env names the required variables, without values', async () => {
    const wanted = new Set((await read(deploy, 'compose.yaml')).match(/(?<=\$\{)[A-Z0-9_]+(?=:)/g))
    const lines = (await read(deploy, 'compose.env.example')).match(/^[A-Z0-9_]+=.*$/gm) ?? []
    assert.deepEqual(lines.map(line => line.split('=')[0]).sort(), [...wanted].sort())
    for (const line of lines) assert.match(line, /=$/)
  })
})

/** The metrics that Prometheus and its exporters add. */
const fromElsewhere = new Set(['VisageNodeAway', 'VisageNotReady', 'VisageBackupOld'])

test('the alerts are those of the handbook', async () => {
  const alerts = (await read(deploy, 'alerts.yaml')).match(/(?<=alert: )\w+/g) ?? []
  const rows = (await read(root, 'docs/operating.md')).match(/(?<=\| `)Visage\w+(?=` \|)/g) ?? []
  assert.deepEqual(rows.sort(), alerts.sort())
})

test('the backup runs as the user of the service, and may write only to its folder', async () => {
  const [service, backup] = await Promise.all(
    ['visage.service', 'visage-backup.service'].map(name => read(deploy, name)),
  )
  for (const unit of [service, backup]) {
    assert.match(unit ?? '', /^DynamicUser=yes\nUser=visage\n/m)
    assert.match(unit ?? '', /^CapabilityBoundingSet=$/m)
  }
  assert.match(backup ?? '', /^StateDirectory=visage visage-backup$/m)
  assert.doesNotMatch(backup ?? '', /ReadWritePaths|User=root/)
})

test('the image is built on the version of Node.js that the tests run on', async () => {
  const { devDependencies } = JSON.parse(await read(root, 'package.json'))
  const base = /^ARG NODE=node:(\S+?)-/m.exec(await read(deploy, 'Dockerfile'))?.[1]
  assert.equal(base, devDependencies.node)
})

test('the alerts are about metrics that there are', async () => {
  const { groups } = parse(await read(deploy, 'alerts.yaml')) as {
    groups: readonly { rules: readonly { alert: string; expr: string }[] }[]
  }
  const names = Object.values(families).map<string>(({ name }) => name)
  for (const { alert, expr } of groups.flatMap(({ rules }) => rules)) {
    const named = expr.match(/\bvisage_\w+/g) ?? []
    assert.ok(named.length > 0 || fromElsewhere.has(alert), alert)
    for (const name of named) assert.ok(names.includes(name.replace(/_bucket$/, '')), name)
  }
})

test('Prometheus understands the alerts', { skip: whyMissing('promtool') }, async () => {
  await promisify(execFile)('promtool', ['check', 'rules', join(deploy, 'alerts.yaml')])
})

test('the example of the environment for systemd gives no secret', async () => {
  const lines = (await read(deploy, 'visage.env.example')).match(/^[A-Z0-9_]+=.*$/gm) ?? []
  assert.ok(lines.length > 5)
  for (const line of lines) assert.match(line, /=$|^VISAGE_(HOST|PORT)=/)
})
