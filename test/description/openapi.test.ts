/**
 * The OpenAPI document against the specification, against the table of routes, and against the
 * answers that Visage really gives: for every operation of it, one.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { renderOpenApi } from '../../src/description/openapi.ts'
import { tenantId } from '../../src/dev/demo/tenant.ts'
import { restoreUser } from '../../src/directory/change-users.ts'
import { type Route, routes } from '../../src/graph/routes.ts'
import { type Json, jsonOf, type Stand, startStand } from '../graph/stand.ts'
import { portraitJpeg } from '../support/pictures.ts'

type Parameter = Readonly<{ name: string; in: string }>
type Operation = Readonly<{
  operationId: string
  responses: Readonly<Record<string, Json>>
  requestBody?: Json
  security: readonly Readonly<Record<string, readonly string[]>>[]
}>
type Place = Readonly<{ parameters?: readonly Parameter[]; servers?: readonly { url: string }[] }> &
  Readonly<Record<string, Operation>>
const document = JSON.parse(renderOpenApi()) as {
  openapi: string
  paths: Record<string, Place>
  components: {
    schemas: Record<string, Json>
    parameters: Record<string, Parameter>
    responses: Record<string, Json>
  }
}
const methods = ['get', 'put', 'patch', 'post', 'delete'] as const
const operations = Object.entries(document.paths).flatMap(([path, place]) =>
  methods.flatMap(method => {
    const operation = place[method]
    return operation ? [{ path, method, operation, place }] : []
  }),
)

/** A path of the table or of the document, without the text between braces. */
const shape = (path: string) => path.replace(/\{.+?\}/g, '{}')
const ownPaths = ['/', '/$batch', '/$metadata', '/openapi.json']

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(renderOpenApi()))
    assert.deepEqual(errors ?? [], [])
    assert.ok(valid)
    assert.match(document.openapi, /^3\.1\./)
  })

  test('that is not valid is found out', async () => {
    const broken = JSON.parse(renderOpenApi().replace('"operationId"', '"operationID"'))
    broken.paths['/me/photo'].get.responses = 'all of them'
    assert.equal((await new Validator().validate(broken)).valid, false)
  })

  test('has every route of the table with every method, and no others', () => {
    const inTable = routes.flatMap(({ path, on }) =>
      Object.keys(on).map(method => `${method} ${shape(path)}`),
    )
    const described = operations
      .filter(({ path }) => !ownPaths.includes(path))
      .map(({ path, method }) => `${method.toUpperCase()} ${shape(path)}`)
    assert.deepEqual(described.sort(), inTable.sort())
    for (const path of ownPaths) assert.ok(path in document.paths, path)
  })

  test('names each operation once, and every key in its address', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    )
    for (const [path, { parameters = [] }] of Object.entries(document.paths)) {
      const keys = [...path.matchAll(/\{(.+?)\}/g)].map(([, key]) => key)
      assert.equal(new Set(keys).size, keys.length, path)
      assert.deepEqual(
        parameters.map(({ name }) => name),
        keys,
      )
    }
  })

  test('marks operations that only beta has', () => {
    const only = Object.entries(document.paths).filter(([, { servers }]) => servers)
    assert.deepEqual(
      only.map(([path, { servers }]) => [path, servers?.map(({ url }) => url)]),
      [
        ['/admin/people/photoUpdateSettings', ['/beta']],
        ['/admin/people/photoUpdateSettings/$ref', ['/beta']],
        ['/openapi.json', ['/']],
      ],
    )
  })

  test('refers to nothing that it does not have', () => {
    const references = [...renderOpenApi().matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref]) => ref)
    assert.ok(references.length > 100)
    for (const reference of references) {
      let found: unknown = document
      for (const name of (reference ?? '').split('/')) found = (found as Json | undefined)?.[name]
      assert.ok(found, reference)
    }
  })

  test('gives the permissions of the founding document for setting a photo', () => {
    const needed = (path: string) => document.paths[path]?.put?.security
    assert.deepEqual(needed('/teams/{team-id}/photo/$value'), [
      { delegated: ['TeamSettings.ReadWrite.All'] },
    ])
    assert.deepEqual(needed('/users/{user-id}/photo/$value'), [
      { delegated: ['ProfilePhoto.ReadWrite.All'] },
      { delegated: ['User.ReadWrite'] },
      { delegated: ['User.ReadWrite.All'] },
      { personal: ['User.ReadWrite'] },
      { application: ['ProfilePhoto.ReadWrite.All'] },
      { application: ['User.ReadWrite.All'] },
    ])
    assert.deepEqual(needed('/me/contacts/{contact-id}/photo/$value'), [
      { delegated: ['Contacts.ReadWrite'] },
    ])
  })
})

/** Forbids properties that are not named; the published schema allows them, for later versions. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, strict(value)]),
  )
  const isClosed = 'properties' in inner && inner.type === 'object'
  return isClosed ? { additionalProperties: false, ...inner } : inner
}

describe('every operation of the document', () => {
  let stand: Stand
  let photo: Buffer
  let team = ''
  let alice = ''
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  ajv.addVocabulary(['components'])
  ajv.addSchema(
    { $id: 'visage:api', components: strict(document.components) as Json },
    'visage:api',
  )

  /** With references that lead to the whole document. */
  const atHome = (schema: unknown) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"visage:api#/components'))
  const fits = (schema: unknown, value: unknown, where: string) => {
    const validate = ajv.compile(atHome(strict(schema)))
    assert.ok(validate(value), `${where}: ${ajv.errorsText(validate.errors)}`)
  }

  const post = async (url: string, body: object) => {
    const reply = await stand.ask({ method: 'POST', url, body })
    assert.equal(reply.status, 201, `${url}: ${reply.body}`)
    return String(jsonOf(reply).id)
  }

  before(async () => {
    stand = await startStand()
    photo = await portraitJpeg({ width: 96, height: 96 })
    alice = String(jsonOf(await stand.ask({ url: '/v1.0/me?$select=id' })).id)
    const teams = jsonOf(await stand.ask({ url: '/v1.0/me/joinedTeams' })) as { value: Json[] }
    team = String(teams.value[0]?.id)
  })
  after(() => stand.stop())

  let made = 0
  const newUser = () => {
    made += 1
    const alias = `made${made}`
    return {
      accountEnabled: true,
      displayName: alias,
      mailNickname: alias,
      userPrincipalName: `${alias}@made.example`,
    }
  }
  const newGroup = {
    displayName: 'Some',
    groupTypes: ['Unified'],
    mailEnabled: true,
    mailNickname: 'some',
    securityEnabled: false,
  }
  const newContact = {
    displayName: 'Somebody',
    emailAddresses: [{ address: 'a@b.example', name: 'A' }],
  }
  const referTo = (id: string) => ({ '@odata.id': `https://any.example/v1.0/users/${id}` })
  const change = async (method: string, url: string, body?: object) => {
    const reply = await stand.ask({ method, url, ...(body && { body }) })
    assert.ok(reply.status < 300, `${method} ${url}: ${reply.body}`)
  }

  /** A deleted person, or one who is in the group of the address. */
  async function makeObject(before: string): Promise<string> {
    const id = await post('/v1.0/users', newUser())
    if (before.endsWith('/deletedItems')) await change('DELETE', `/v1.0/users/${id}`)
    else await change('POST', `${before}/$ref`, referTo(id))
    return id
  }

  /** Creates everything that the address needs: folders, contacts, and entries that a call removes. */
  async function fill({ path, on }: Route, method: string, version: string): Promise<string> {
    const operation = on[method as keyof typeof on]?.name
    const isNew = operation === 'createTeam' || operation === 'deleteGroup'
    const group = isNew ? await post('/v1.0/groups', newGroup) : team
    const user = operation === 'deleteUser' ? await post('/v1.0/users', newUser()) : alice
    const keys = { user, group, team: group, size: '48x48' } as Record<string, string>
    let filled = `/${version}`
    for (const part of path.split('/').slice(1)) {
      const key = /^\{(\w+)\}$/.exec(part)?.[1]
      const create = key === 'folder' || key === 'contact'
      if (create) filled += `/${await post(filled, { displayName: 'Somebody' })}`
      else if (key === 'object') filled += `/${await makeObject(filled)}`
      else filled += `/${key ? keys[key] : part}`
    }
    return filled
  }

  async function givePhoto(url: string): Promise<void> {
    const owner = url.replace(/\/photos?(\/.*)?$/, '')
    const put = { method: 'PUT', url: `${owner}/photo/$value`, body: photo }
    assert.ok((await stand.ask(put)).status < 300, owner)
  }

  const bodies: Readonly<Record<string, object | (() => Promise<object>)>> = {
    newUser: async () => newUser(),
    userChanges: async () => newUser(),
    newGroup,
    groupChanges: { description: 'Some' },
    reference: async () => referTo(await post('/v1.0/users', newUser())),
    photoUpdateSettingsChanges: { allowedRoles: [] },
    newContact,
    contactChanges: newContact,
    newContactFolder: { displayName: 'Some' },
  }

  const describedAt = (path: string, method: string) =>
    operations.find(one => shape(one.path) === shape(path) && one.method === method.toLowerCase())
      ?.operation

  async function perform(route: Route, method: string, version: string) {
    const operation = describedAt(route.path, method)
    assert.ok(operation)
    const url = await fill(route, method, version)
    if (/\/photos?(\/|$)/.test(url) && method !== 'PUT') await givePhoto(url)
    if (url.endsWith('/manager')) await change('PUT', `${url}/$ref`, await bodyOf('reference'))
    const content = JSON.stringify(operation.requestBody ?? {})
    const type = /schemas\/(\w+)/.exec(content)?.[1]
    const body = type === undefined ? photo : await bodyOf(type)
    const headers = { consistencylevel: 'eventual' }
    const reply = await stand.ask({ method, url, headers, body })
    // Alice sends all other requests.
    if (url.endsWith('/me') && method === 'DELETE') {
      await restoreUser(stand.parts.database, tenantId, alice, { source: 'graph', at: 1 })
    }
    return { operation, url, reply }
  }

  async function bodyOf(type: string): Promise<object> {
    const body = bodies[type] ?? {}
    return typeof body === 'function' ? await body() : body
  }

  test('answers as described', async () => {
    for (const route of routes) {
      for (const method of Object.keys(route.on)) {
        for (const version of route.versions ?? ['v1.0', 'beta']) {
          const { operation, url, reply } = await perform(route, method, version)
          const where = `${method} ${url}`
          const described = operation.responses[reply.status]
          assert.ok(described, `${where}: ${reply.status} ${reply.body}`)
          const content = described.content as Record<string, { schema?: unknown }> | undefined
          const contentType = reply.headers['content-type']?.split(';')[0]
          assert.deepEqual(contentType && [contentType], content && Object.keys(content), where)
          const schema = content?.['application/json']?.schema
          if (schema) fits(schema, jsonOf(reply), where)
          else if (content?.['text/plain']) assert.match(String(reply.body), /^\d+$/, where)
          else assert.notEqual(typeof reply.body, 'string', where)
        }
      }
    }
  })

  /** Each body: where it is sent, and one that is accepted, new each time. */
  const places: readonly (readonly [type: string, method: string, path: string])[] = [
    ['newUser', 'POST', '/v1.0/users'],
    ['userChanges', 'PATCH', '/v1.0/users/{user}'],
    ['newGroup', 'POST', '/v1.0/groups'],
    ['groupChanges', 'PATCH', '/v1.0/groups/{group}'],
    ['newContact', 'POST', '/v1.0/me/contacts'],
    ['contactChanges', 'PATCH', '/v1.0/me/contacts/{contact}'],
    ['newContactFolder', 'POST', '/v1.0/me/contactFolders'],
    ['photoUpdateSettingsChanges', 'PATCH', '/beta/admin/people/photoUpdateSettings'],
  ]
  const long = 'x'.repeat(640)
  const values: readonly unknown[] = [
    ...[null, true, 7, {}, [], '', ' ', 'x', long, `${long}x`, 'a\0b', 'Guest', 'Public'],
    ...['cloud', 'unknownFutureValue', ['x'], [''], [null], [7], Array(31).fill('1')],
    ...['a b@c', 'x@y@z', ['Unified'], ['Dynamic'], [{ address: 'a@b' }], [{ address: '' }], [{}]],
    [{ address: 'a', name: 7 }],
  ]
  /** Rules between properties or rows, which a schema does not tell. */
  const notTold =
    /can only be|cannot be changed|the same value|parentFolderId|at least one of|a name, a company/

  test('takes the bodies that fit its schemas, and no others', async () => {
    const keys: Record<string, string> = {
      user: await post('/v1.0/users', newUser()),
      group: await post('/v1.0/groups', newGroup),
      contact: await post('/v1.0/me/contacts', newContact),
    }
    for (const [type, method, path] of places) {
      const url = path.replace(/\{(\w+)\}/, (_, key) => keys[key] ?? '')
      const schema = { $ref: `visage:api#/components/schemas/${type}` }
      const validate = ajv.compile(schema)
      const { properties } = document.components.schemas[type] as { properties: Json }
      for (const name of ['nonsense', 'any@annotation', ...Object.keys(properties)]) {
        for (const value of values) {
          const body = { ...(await bodyOf(type)), [name]: value }
          const where = `${type} ${JSON.stringify({ [name]: value }).slice(0, 100)}`
          const reply = await stand.ask({ method, url, body })
          const isFit = validate(body)
          if (reply.status < 300) assert.ok(isFit, `${where}: ${ajv.errorsText(validate.errors)}`)
          else if (isFit) assert.match(String(reply.body), notTold, where)
          else assert.equal(reply.status, 400, where)
        }
      }
    }
  })

  test('demands in bodies what it says', async () => {
    for (const [type, method, path] of places.filter(([, method]) => method === 'POST')) {
      const { required = [] } = document.components.schemas[type] as { required?: string[] }
      const whole = await bodyOf(type)
      const validate = ajv.compile({ $ref: `visage:api#/components/schemas/${type}` })
      for (const body of [
        {},
        ...required.map(one =>
          Object.fromEntries(Object.entries(whole).filter(([n]) => n !== one)),
        ),
      ]) {
        assert.equal(validate(body), false, `${type} ${JSON.stringify(body)}`)
        assert.equal((await stand.ask({ method, url: path, body })).status, 400)
      }
    }
  })

  test('names the status and the code of refusals', async () => {
    const settings = '/beta/admin/people/photoUpdateSettings'
    const none = await stand.mint({ person: 'alice', scopes: [] })
    const refusals = [
      ['GET', '/v1.0/users?$top=0', '/users', {}, 400],
      ['GET', '/v1.0/me', '/me', { token: null }, 401],
      ['GET', settings, '/admin/people/photoUpdateSettings', { token: none }, 403],
      ['GET', '/v1.0/users/x/photo', '/users/{user-id}/photo', {}, 404],
      ['PUT', `/v1.0/groups/${team}/team`, '/groups/{team-id}/team', { body: {} }, 409],
      [
        'PUT',
        '/v1.0/me/photo/$value',
        '/me/photo/$value',
        { headers: { 'if-match': '"x"' }, body: photo },
        412,
      ],
      [
        'PUT',
        '/v1.0/me/photo/$value',
        '/me/photo/$value',
        { body: Buffer.alloc(4 * 1024 * 1024 + 1) },
        413,
      ],
      ['PUT', '/v1.0/me/photo/$value', '/me/photo/$value', { body: 'no picture' }, 415],
      ['GET', `/v1.0/me?${'x'.repeat(9000)}`, '/me', {}, 414],
    ] as const
    for (const [method, url, path, question, status] of refusals) {
      const reply = await stand.ask({ method, url, ...question })
      assert.equal(reply.status, status, url)
      const described = describedAt(path, method)?.responses[status] as { $ref: string } | undefined
      assert.equal(described?.$ref, `#/components/responses/Error${status}`, `${method} ${url}`)
      const { content } = document.components.responses[`Error${status}`] as {
        content: { 'application/json': { schema: Json } }
      }
      const validate = ajv.compile(atHome(content['application/json'].schema))
      assert.ok(validate(jsonOf(reply)), `${url}: ${ajv.errorsText(validate.errors)}`)
    }
  })

  test('leads from a new contact to its photo', async () => {
    const links = describedAt('/me/contactFolders/{folder}/contacts', 'POST')?.responses[201]
      ?.links as Record<string, { operationId: string; parameters: Record<string, string> }>
    const { updatePhoto, updateContact } = links
    assert.deepEqual(updatePhoto, {
      operationId: 'me.contactFolders.contacts.photo.value.updatePhoto',
      parameters: {
        'contactFolder-id': '$request.path.contactFolder-id',
        'contact-id': '$response.body#/id',
      },
    })
    assert.equal(updateContact?.operationId, 'me.contactFolders.contacts.updateContact')
    const all = operations.flatMap(({ operation }) =>
      Object.values(operation.responses[201]?.links ?? {}),
    ) as { operationId: string; parameters: Record<string, string> }[]
    assert.ok(all.length > 30)
    for (const { operationId, parameters } of all) {
      const target = operations.find(one => one.operation.operationId === operationId)
      const names = target?.place.parameters?.map(({ name }) => name)
      assert.deepEqual(Object.keys(parameters), names, operationId)
    }
  })

  test('limits numbers and keys as the server does', async () => {
    const limits = [
      ['$top', 999, '/v1.0/users'],
      ['$skip', 1_000_000, '/v1.0/me/photos'],
    ] as const
    for (const [option, maximum, url] of limits) {
      const { schema } = document.components.parameters[option.slice(1)] as unknown as {
        schema: { maximum: number }
      }
      assert.equal(schema.maximum, maximum)
      assert.equal((await stand.ask({ url: `${url}?${option}=${maximum}` })).status, 200)
      assert.equal((await stand.ask({ url: `${url}?${option}=${maximum + 1}` })).status, 400)
    }
    const key = document.paths['/users/{user-id}']?.parameters?.[0] as unknown as {
      schema: Json
    }
    const validate = ajv.compile(key.schema)
    assert.deepEqual([validate('x$'), validate('$x'), validate('')], [true, false, false])
    assert.equal((await stand.ask({ url: '/v1.0/users/$x' })).status, 400)
  })

  test('answers 304 only where described', async () => {
    for (const route of routes.filter(({ on }) => on.GET)) {
      const { operation, url, reply } = await perform(route, 'GET', route.versions?.[0] ?? 'v1.0')
      const again = { url, headers: { 'if-none-match': reply.headers.etag ?? '*' } }
      assert.equal((await stand.ask(again)).status === 304, '304' in operation.responses, url)
    }
  })

  test('refuses in the described form', async () => {
    const { error } = document.components.schemas
    for (const { path, method } of operations.filter(one => !ownPaths.includes(one.path))) {
      const url = `/beta${path.replace(/\{.+?\}/g, 'x')}`
      const reply = await stand.ask({ method: method.toUpperCase(), url, token: null })
      assert.equal(reply.status, 401, url)
      fits(error, jsonOf(reply), url)
    }
  })

  test('can be read with each of the permissions that it names, and with none of them not', async () => {
    const tokens = new Map<string, string>()
    const tokenFor = async (kind: string, permissions: readonly string[]) => {
      const name = `${kind} ${permissions}`
      const isApp = kind === 'application'
      const order = isApp
        ? { app: {}, roles: permissions }
        : { person: 'alice', scopes: permissions }
      const token = tokens.get(name) ?? (await stand.mint(order))
      tokens.set(name, token)
      return token
    }
    for (const route of routes) {
      const operation = describedAt(route.path, 'GET')
      if (route.on.GET === undefined || operation === undefined) continue
      // The found entry decides which of its permissions are enough.
      if (route.on.GET.resource === 'deletedItem') continue
      const url = await fill(route, 'GET', route.versions?.[0] ?? 'v1.0')
      for (const alternative of operation.security) {
        const [kind = '', permissions = []] = Object.entries(alternative)[0] ?? []
        // Alice is in this tenant; personal accounts are tested in test/permissions.
        if (kind === 'personal') continue
        const reply = await stand.ask({ url, token: await tokenFor(kind, permissions) })
        const isLed = kind === 'application' || !url.includes('/admin/')
        if (isLed) assert.notEqual(reply.status, 403, `${url} with ${kind} ${permissions}`)
      }
      assert.equal((await stand.ask({ url, token: await tokenFor('delegated', []) })).status, 403)
    }
  })

  test('accepts and answers a batch as described', async () => {
    const requests = [
      { id: '1', method: 'GET', url: '/me/photo' },
      { id: '2', method: 'GET', url: '/me/photo/$value', dependsOn: ['1'] },
      { id: '3', method: 'GET', url: '/groups/nothing' },
      { id: '4', method: 'GET', url: '/me', dependsOn: ['3'] },
    ]
    const batch = document.paths['/$batch']?.post as unknown as Json
    const schemaIn = (part: unknown) =>
      (part as { content: { 'application/json': { schema: unknown } } }).content['application/json']
        .schema
    fits(schemaIn(batch.requestBody), { requests }, 'request')
    const reply = await stand.ask({ method: 'POST', url: '/v1.0/$batch', body: { requests } })
    fits(schemaIn((batch.responses as Json)['200']), jsonOf(reply), 'answer')
    const { responses } = jsonOf(reply) as { responses: { status: number; body: unknown }[] }
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200, 200, 404, 424],
    )
  })

  test('needs no token', async () => {
    const served = await fetch(`${stand.origin}/openapi.json`, {
      headers: { origin: 'https://elsewhere.example' },
    })
    assert.equal(served.headers.get('access-control-allow-origin'), '*')
    assert.match(served.headers.get('content-type') ?? '', /^application\/json(;|$)/)
    assert.deepEqual(await served.json(), document)
  })
})
