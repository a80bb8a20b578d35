/** Texts of flags and environment -> one typed Config, or a message that names the setting. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { certificateFor } from '../../src/dev/certificate.ts'
import { readConfig } from '../../src/settings/config.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { readLimits } from '../../src/settings/limits.ts'
import { ConfigError } from '../../src/settings/setting.ts'
import { type SettingName, settings, type Texts } from '../../src/settings/table.ts'
import { presets, readingOf } from '../../src/tokens/presets.ts'

const tenant = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
const other = 'B0C5F9A4-6D1D-4B4E-8F0E-52A7C1D9E622'
const entra: Texts = { cloud: 'global', tenants: tenant, audience: 'api://visage' }
const oidc: Texts = { issuer: 'https://id.example/realms/staff', audience: 'visage' }

describe('a setting that is not set', () => {
  test('has the default of the table', () => {
    const config = readConfig(entra, {})
    const { host, port, data, baseUrl, tls, strictContentType, throttle, limits } = config
    assert.deepEqual(
      { host, port, data, baseUrl, tls, strictContentType },
      {
        host: settings.host.default,
        port: Number(settings.port.default),
        data: settings.data.default,
        baseUrl: undefined,
        tls: undefined,
        strictContentType: false,
      },
    )
    assert.equal(throttle, undefined)
    assert.equal(limits.sweepGraceMs, 3_600_000)
    assert.ok(limits.renderers >= 2 && limits.renderers <= 3)
    assert.equal(limits.renderTimeoutMs, 20_000)
    assert.equal(limits.decodeMemoryBytes, 256 * 1024 * 1024)
    assert.deepEqual(limits, readLimits({}))
  })
})

test('no part of it can be changed', () => {
  const config = readConfig({ ...oidc, database: 'postgres://a/b', throttle: 'concurrent=2' }, {})
  const parts = [config, config.limits, config.limits.connections, config.trust, config.database]
  for (const part of [...parts, config.throttle, config.trust.audiences]) {
    assert.ok(Object.isFrozen(part), JSON.stringify(part))
  }
})

test('an empty flag counts as not set, and overrides the environment', () => {
  const config = readConfig({ ...oidc, host: '', data: '', baseUrl: '' }, { baseUrl: 'http://x' })
  assert.equal(config.host, settings.host.default)
  assert.equal(config.data, settings.data.default)
  assert.equal(config.baseUrl, undefined)
  assert.throws(() => readConfig({ ...oidc, audience: '' }, {}), /--audience\) is missing/)
})

describe('throttling', () => {
  test('is as in Graph, as written, or off', () => {
    const throttleOf = (text: string) => readConfig({ ...oidc, throttle: text }, {}).throttle
    assert.deepEqual(throttleOf('graph')?.requests, { amount: 10_000, windowMs: 600_000 })
    assert.deepEqual(throttleOf('concurrent=2'), { concurrent: 2 })
    assert.equal(throttleOf('off'), undefined)
  })
})

describe('where rows are', () => {
  test('is the embedded database, or PostgreSQL with its connections', () => {
    assert.equal(readConfig(oidc, {}).database, undefined)
    const texts = { ...oidc, database: 'postgres://u:p@db/visage', databaseConnections: '3' }
    assert.deepEqual(readConfig(texts, {}).database, {
      url: 'postgres://u:p@db/visage',
      connections: 3,
    })
  })

  test('never shows the password of an address that is wrong', () => {
    for (const database of ['mysql://u:geheim@db/x', 'postgres://u:geheim@db/x?sslmode=maybe']) {
      assert.throws(
        () => readConfig({ ...oidc, database }, {}),
        error =>
          error instanceof ConfigError &&
          /VISAGE_DATABASE \(--database\) is not postgres:/.test(error.message) &&
          !error.message.includes('geheim'),
      )
    }
  })
})

describe('where photos are', () => {
  test('is the folder, or S3 with some memory in front of it', () => {
    const folder = readConfig(oidc, {})
    assert.deepEqual([folder.packs, folder.packCacheBytes], [undefined, 64 * 1024 * 1024])
    const s3 = readConfig({ ...oidc, packs: 's3://photos/visage', packCache: '0' }, {})
    assert.deepEqual(
      [s3.packs?.bucket, s3.packs?.prefix, s3.packCacheBytes],
      ['photos', 'visage/', 0],
    )
  })

  test('on S3 may be kept in a folder too, which has no meaning elsewhere', () => {
    const folder = (texts: Texts) => readConfig({ ...oidc, ...texts }, {}).packCacheFolder
    const [packs, packCacheFolder] = ['s3://photos', 'cache']
    assert.equal(folder({ packs }), undefined)
    assert.deepEqual(folder({ packs, packCacheFolder, workers: '3' }), {
      ...{ path: 'cache', maxBytes: 1024 * 1024 * 1024, processes: 3 },
    })
    const without = /^VISAGE_PACK_CACHE_FOLDER.* has no meaning without VISAGE_PACKS/
    assert.throws(() => folder({ packCacheFolder }), { message: without })
    assert.throws(() => folder({ packs, packCacheFolderSize: '2000000' }), {
      message: /^VISAGE_PACK_CACHE_FOLDER_SIZE.* has no meaning without VISAGE_PACK_CACHE_FOLDER /,
    })
  })

  test('never shows a secret in an address that is wrong', () => {
    assert.throws(
      () => readConfig({ ...oidc, packs: 's3://key:geheim@photos' }, {}),
      error =>
        error instanceof ConfigError &&
        /VISAGE_PACKS \(--packs\) is not s3:/.test(error.message) &&
        !error.message.includes('geheim'),
    )
  })
})

describe('photos of provisioning programs', () => {
  const hosts = (scimPhotoHosts: string, scimPhotos = 'true') =>
    readConfig({ ...oidc, scimPhotoHosts, scimPhotos }, {}).scim.photoHosts

  test('are taken by default, and fetched from no host', () => {
    assert.deepEqual(readConfig(oidc, {}).scim.photoHosts, [])
    assert.equal(readConfig({ ...oidc, scimPhotos: 'false' }, {}).scim.photoHosts, undefined)
  })

  test('are fetched from hosts as they are in addresses', () => {
    const text = ' Photos.example , bücher.example:443, a.example:8443,[2606:4700::1]'
    assert.deepEqual(hosts(text), [
      'photos.example',
      'xn--bcher-kva.example',
      'a.example:8443',
      '[2606:4700::1]',
    ])
  })

  for (const text of [
    'https://photos.example',
    'photos.example/',
    'photos.example/path',
    'photos.example?a',
    'photos.example#a',
    'user@photos.example',
    'photos.example:99999',
    '*.example',
    'a b',
  ]) {
    test(`are not fetched from ${text}`, () =>
      assert.throws(() => hosts(text), /VISAGE_SCIM_PHOTO_HOSTS \(--scim-photo-hosts\): '/))
  }

  test('have no hosts while they are off', () =>
    assert.throws(
      () => hosts('photos.example', 'false'),
      /has no meaning while VISAGE_SCIM_PHOTOS/,
    ))
})

describe('trust', () => {
  test('is a Microsoft cloud with its tenants', () => {
    const texts = { ...entra, tenants: ` ${tenant} , ${other} `, audience: 'api://visage, visage' }
    assert.deepEqual(readConfig(texts, {}).trust, {
      kind: 'entra',
      cloud: 'global',
      tenants: [tenant, other.toLowerCase()],
      b2cTenants: [],
      audiences: ['api://visage', 'visage'],
      personal: false,
      reading: readingOf(presets.entra),
    })
  })

  test('may be any tenant, personal accounts and B2C tenants', () => {
    const texts = {
      ...entra,
      tenants: 'any',
      personalAccounts: 'true',
      b2cTenants: `${tenant}=Contoso.b2clogin.com/B2C_1_sign_in/b2c_1a_edit, ${other}`,
    }
    assert.deepEqual(readConfig(texts, {}).trust, {
      kind: 'entra',
      cloud: 'global',
      tenants: 'any',
      b2cTenants: [
        {
          tenantId: tenant,
          host: 'contoso.b2clogin.com',
          policies: ['B2C_1_sign_in', 'b2c_1a_edit'],
        },
        { tenantId: other.toLowerCase() },
      ],
      audiences: ['api://visage'],
      personal: true,
      reading: readingOf(presets.entra),
    })
  })

  for (const cloud of ['global', 'usgov', 'usgov-dod', 'china']) {
    test(`may be the cloud ${cloud}`, () => {
      const { trust } = readConfig({ ...entra, cloud }, {})
      assert.equal(trust.kind === 'entra' && trust.cloud, cloud)
    })
  }

  test('is any OpenID Connect issuer, to the letter', () => {
    assert.deepEqual(readConfig({ ...oidc, issuerTenant: 'staff' }, {}).trust, {
      kind: 'oidc',
      issuers: [{ issuer: 'https://id.example/realms/staff' }],
      audiences: ['visage'],
      tenantId: 'staff',
      reading: readingOf(presets.generic),
    })
  })

  test('may be an issuer on this machine without https, and no other', () => {
    for (const issuer of [
      'http://localhost:9000',
      'http://127.0.0.1:9000/a',
      'http://[::1]:9000',
    ]) {
      assert.equal(readConfig({ ...oidc, issuer }, {}).trust.kind, 'oidc')
    }
    refuses({ ...oidc, issuer: 'http://id.example' }, 'issuer', /https/)
    refuses({ ...oidc, issuer: 'http://localhost.example' }, 'issuer', /https/)
  })
})

/** Each row: what is wrong, the texts, the setting in the message, and its reason. */
const wrong: readonly (readonly [string, Texts, SettingName, RegExp])[] = [
  ['nobody to believe', { audience: 'visage' }, 'cloud', /VISAGE_ISSUER.*missing.*visage dev/],
  ['two to believe', { ...entra, ...oidc }, 'issuer', /one of them/],
  ['no audience for a cloud', { ...entra, audience: '' }, 'audience', /missing/],
  ['no audience for an issuer', { ...oidc, audience: ' , ' }, 'audience', /missing/],
  ['no tenants', { cloud: 'global', audience: 'visage' }, 'tenants', /missing.*any/],
  [
    'a tenant that is no id',
    { ...entra, tenants: 'contoso.com' },
    'tenants',
    /'contoso.com'.*GUID/,
  ],
  ['an unknown cloud', { ...entra, cloud: 'mars' }, 'cloud', /'mars'.*global.*china/],
  ['a cloud of JavaScript', { ...entra, cloud: 'constructor' }, 'cloud', /'constructor'/],
  ['a B2C tenant that is no id', { ...entra, b2cTenants: 'a=b' }, 'b2cTenants', /'a'/],
  ...[
    '=contoso.b2clogin.com',
    '=contoso.b2clogin.com/',
    '=contoso.b2clogin.com/sign_in',
    '=contoso.b2clogin.com/B2C_1_a/../B2C_1_b',
    '=https://contoso.b2clogin.com/B2C_1_sign_in',
    '=contoso.b2clogin.com/B2C_1_sign_in=B2C_1_edit',
    '=user@contoso.b2clogin.com/B2C_1_sign_in',
    '=/B2C_1_sign_in',
    '=',
  ].map(
    place =>
      [
        `a B2C tenant with ${place}`,
        { ...entra, b2cTenants: tenant + place },
        'b2cTenants',
        /host and user flows, such as id=contoso\.b2clogin\.com\/B2C_1_sign_in/,
      ] as const,
  ),
  ['tenants with an issuer', { ...oidc, tenants: tenant }, 'tenants', /no meaning with.*ISSUER/],
  ['personal with an issuer', { ...oidc, personalAccounts: 'true' }, 'personalAccounts', /ISSUER/],
  ['B2C with an issuer', { ...oidc, b2cTenants: tenant }, 'b2cTenants', /ISSUER/],
  [
    'personal accounts in a national cloud',
    { ...entra, cloud: 'usgov', personalAccounts: 'true' },
    'personalAccounts',
    /global only.*usgov/,
  ],
  ['an issuer tenant with a cloud', { ...entra, issuerTenant: 'a' }, 'issuerTenant', /CLOUD/],
  ['an issuer that is no url', { ...oidc, issuer: 'id.example' }, 'issuer', /'id.example'/],
  ['an issuer by file', { ...oidc, issuer: 'file:///etc/passwd' }, 'issuer', /http/],
  ['a port in words', { ...oidc, port: 'http' }, 'port', /'http'.*0 to 65535/],
  ['a port too high', { ...oidc, port: '65536' }, 'port', /65536/],
  ['a port below nothing', { ...oidc, port: '-1' }, 'port', /-1/],
  ['a port with a fraction', { ...oidc, port: '80.5' }, 'port', /80.5/],
  ['a port in another notation', { ...oidc, port: '0x50' }, 'port', /0x50/],
  [
    'yes instead of true',
    { ...oidc, strictContentType: 'yes' },
    'strictContentType',
    /'yes'.*true/,
  ],
  ['limits in words', { ...oidc, throttle: 'on' }, 'throttle', /'on' is not off, graph, or any/],
  ['fewer pixels than the smallest', { ...oidc, maxPixels: '2303' }, 'maxPixels', /from 2304/],
  ['no time to render', { ...oidc, renderTimeout: '0' }, 'renderTimeout', /from 1/],
  ['memory for no picture', { ...oidc, decodeMemory: '1000' }, 'decodeMemory', /from 16777216/],
  ['no renderer', { ...oidc, renderers: '0' }, 'renderers', /from 1/],
  ['memory for no upload', { ...oidc, uploadMemory: '4194303' }, 'uploadMemory', /4194304/],
  ['no time to stall', { ...oidc, stallTimeout: '0' }, 'stallTimeout', /from 1/],
  ['no grace', { ...oidc, sweepGrace: '59' }, 'sweepGrace', /from 60/],
  ['a base url with a query', { ...oidc, baseUrl: 'https://a.example/?b' }, 'baseUrl', /query/],
  ['a base url that is none', { ...oidc, baseUrl: 'a.example' }, 'baseUrl', /'a.example'/],
  ['a page in words', { ...oidc, page: 'true' }, 'page', /'true' is not one of on, off/],
  ['a client id in two lines', { ...oidc, pageClientId: 'a\nb' }, 'pageClientId', /without spaces/],
  [
    'a client id that is too long, of a page that is off',
    { ...oidc, page: 'off', pageClientId: 'a'.repeat(256) },
    'pageClientId',
    /up to 255/,
  ],
  [
    'a certificate without key',
    { ...oidc, tlsCert: 'a.pem' },
    'tlsKey',
    /missing.*VISAGE_TLS_CERT/,
  ],
  ['a key without certificate', { ...oidc, tlsKey: 'a.pem' }, 'tlsCert', /missing.*VISAGE_TLS_KEY/],
  [
    'a certificate that is not there',
    { ...oidc, tlsCert: 'not/there.pem', tlsKey: 'not/there.key' },
    'tlsCert',
    /not\/there\.pem cannot be read.*ENOENT/,
  ],
]

describe('refused, by name, is', () => {
  for (const [what, texts, setting, point] of wrong) {
    test(what, () => refuses(texts, setting, point))
  }
})

describe('a certificate and its key', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-config-'))
    for (const name of ['own', 'foreign']) {
      const { cert, key } = await certificateFor(['localhost'])
      await writeFile(join(folder, `${name}.pem`), cert)
      await writeFile(join(folder, `${name}.key`), key)
    }
    await writeFile(join(folder, 'text.pem'), 'no certificate')
  })
  after(() => rm(folder, { recursive: true }))

  const tlsOf = (cert: string, key: string): Texts => ({
    ...oidc,
    tlsCert: join(folder, cert),
    tlsKey: join(folder, key),
  })

  test('are read', () => {
    const { tls } = readConfig(tlsOf('own.pem', 'own.key'), {})
    assert.match(String(tls?.cert), /BEGIN CERTIFICATE/)
  })
  test('are refused when either is none', () => {
    refuses(tlsOf('text.pem', 'own.key'), 'tlsCert', /PEM/)
    refuses(tlsOf('own.pem', 'text.pem'), 'tlsKey', /PEM/)
  })
  test('are refused when they do not belong together', () => {
    refuses(tlsOf('own.pem', 'foreign.key'), 'tlsKey', /mismatch/)
  })
})

describe('the environment', () => {
  test('is read by the names in the table, and an empty variable counts as none', () => {
    const env = { VISAGE_PORT: '9000', VISAGE_TENANTS: 'any', VISAGE_CLOUD: '', PATH: '/bin' }
    assert.deepEqual(readEnvironment(env), { port: '9000', tenants: 'any' })
  })

  test('is refused when it has a setting that does not exist', () => {
    const env = { VISAGE_PROT: '9000', VISAGE_TENANT: tenant }
    assert.throws(() => readEnvironment(env), isConfigError(/VISAGE_PROT, VISAGE_TENANT.*--help/))
  })

  test('gives way to flags', () => {
    const { port, host } = readConfig({ ...oidc, port: '1' }, { port: '2', host: '::' })
    assert.deepEqual([port, host], [1, '::'])
  })
})

test('the base url loses its slash at the end', () => {
  assert.equal(
    readConfig({ ...oidc, baseUrl: 'https://a.example/b/' }, {}).baseUrl,
    'https://a.example/b',
  )
})

test('every setting has a name of its own in the environment and among the flags', () => {
  const all = Object.values(settings)
  assert.equal(new Set(all.map(({ env }) => env)).size, all.length)
  assert.equal(new Set(all.map(({ flag }) => flag)).size, all.length)
  for (const { env, flag, meaning } of all) {
    assert.match(env, /^VISAGE_[A-Z0-9_]+$/)
    assert.equal(flag, `--${env.slice('VISAGE_'.length).toLowerCase().replaceAll('_', '-')}`)
    assert.match(meaning, /\.$/)
  }
})

function refuses(texts: Texts, setting: SettingName, point: RegExp): void {
  const { env, flag } = settings[setting]
  assert.throws(() => readConfig(texts, {}), isConfigError(RegExp(`${env} \\(${flag}\\)`)))
  assert.throws(() => readConfig({}, texts), isConfigError(point))
}

function isConfigError(pattern: RegExp): (error: unknown) => boolean {
  return error => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, pattern)
    return true
  }
}

describe('log and metrics', () => {
  test('are at a minimum by default', () => {
    const { logLevel, metrics, drainMs } = readConfig(oidc, {})
    assert.deepEqual(
      { logLevel, metrics, drainMs },
      { logLevel: 'info', metrics: undefined, drainMs: 0 },
    )
  })

  test('is read from an address and a port, of IPv6 in brackets', () => {
    const metricsAt = (metrics: string) => readConfig({ ...oidc, metrics }, {}).metrics
    assert.deepEqual(metricsAt('127.0.0.1:9464'), { host: '127.0.0.1', port: 9464 })
    assert.deepEqual(metricsAt('[::1]:0'), { host: '::1', port: 0 })
    assert.deepEqual(metricsAt('monitoring.local:80'), { host: 'monitoring.local', port: 80 })
    for (const wrong of [
      '9464',
      ':9464',
      '127.0.0.1',
      '127.0.0.1:',
      '127.0.0.1:65536',
      'http://a:1',
    ]) {
      assert.throws(
        () => metricsAt(wrong),
        /VISAGE_METRICS \(--metrics\).*an address and a port/,
        wrong,
      )
    }
  })

  test('is refused by name where it is no level and no time', () => {
    assert.throws(() => readConfig({ ...oidc, logLevel: 'INFO' }, {}), /VISAGE_LOG_LEVEL.*warning/)
    assert.throws(() => readConfig({ ...oidc, drain: '1.5' }, {}), /VISAGE_DRAIN.*whole number/)
    assert.equal(readConfig({ ...oidc, drain: '30' }, {}).drainMs, 30_000)
  })
})
