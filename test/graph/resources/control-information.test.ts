import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Json, levelOf } from '../../../src/graph/resources/control-information.ts'
import { entityTypes } from '../../../src/graph/resources/schema.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { errorOf, jsonOf, type Stand, startStand } from '../stand.ts'

const levels: readonly (readonly [accept: string | undefined, query: string, level: string])[] = [
  [undefined, '', 'minimal'],
  ['*/*', '', 'minimal'],
  ['application/json', '', 'minimal'],
  ['application/octet-stream', '', 'minimal'],
  ['image/webp', '', 'minimal'],
  ['application/json;odata.metadata=none', '', 'none'],
  ['application/json; odata.metadata=full; charset=utf-8', '', 'full'],
  ['application/json;metadata=full', '', 'full'],
  ['APPLICATION/JSON;ODATA.METADATA=NONE', '', 'none'],
  ['application/json;odata.metadata="none", text/plain', '', 'none'],
  ['text/plain, application/json;odata.metadata=none', '', 'none'],
  ['application/json;odata.metadata=everything', '', 'minimal'],
  ['application/json;odata.metadata=nonesuch', '', 'minimal'],
  ['application/json;odata.metadata=none', '$format=json', 'minimal'],
  ['application/json', '$format=application/json;odata.metadata%3Dfull', 'full'],
  [undefined, 'format=application/json;odata.metadata=none', 'none'],
  [undefined, '%24Format=application/json;odata.metadata=none', 'none'],
]

test('the level comes from $format, then from Accept; an unknown one is minimal', () => {
  for (const [accept, query, level] of levels) {
    assert.equal(levelOf(accept, query), level, `${accept} ${query}`)
  }
})

describe('an answer', () => {
  let stand: Stand
  const ask = (url: string, accept?: string) =>
    stand.ask({ url, ...(accept !== undefined && { headers: { accept } }) })
  const full = (url: string) => ask(url, 'application/json;odata.metadata=full')
  const none = (url: string) => ask(url, 'application/json;odata.metadata=none')
  const alice = async () => jsonOf(await ask('/v1.0/me?$select=id')).id

  before(async () => {
    stand = await startStand()
    const body = await portraitJpeg({ width: 120, height: 120 })
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body })
  })
  after(() => stand.stop())

  test('names its level in its Content-Type, and that Accept chose it', async () => {
    for (const level of ['minimal', 'full', 'none']) {
      for (const url of ['/v1.0/me/photo', '/v1.0/me/photos', '/v1.0/users', '/v1.0/me']) {
        const { status, headers } = await ask(url, `application/json;odata.metadata=${level}`)
        assert.equal(status, 200)
        assert.match(headers['content-type'] ?? '', /^application\/json;/)
        assert.ok(headers['content-type']?.includes(`;odata.metadata=${level};`), url)
        assert.equal(headers.vary, 'Accept')
      }
    }
  })

  test('is never 406, whatever Accept says', async () => {
    for (const accept of ['application/atom+xml', 'image/jpeg', 'text/html;q=0.1', 'rubbish', '']) {
      assert.equal((await ask('/v1.0/me/photo', accept)).status, 200, accept)
      assert.equal((await ask('/v1.0/me/photo/$value', accept)).status, 200, accept)
    }
  })

  test('without control information has only the properties', async () => {
    assert.deepEqual(jsonOf(await none('/v1.0/me/photo')), {
      id: 'default',
      height: 120,
      width: 120,
    })
    const list = jsonOf(await none('/v1.0/me/photos?$top=1'))
    assert.deepEqual(list.value, [{ id: '48x48', height: 48, width: 48 }])
    assert.doesNotMatch(JSON.stringify(jsonOf(await none('/v1.0/me'))), /@odata/)
  })

  test('without control information still has the link to the next page', async () => {
    const list = jsonOf(await none('/v1.0/me/photos?$top=1'))
    assert.deepEqual(Object.keys(list), ['@odata.nextLink', 'value'])
    const next = new URL(String(list['@odata.nextLink']))
    const { value } = jsonOf(await none(`${next.pathname}${next.search}`)) as { value: Json[] }
    assert.deepEqual(value, [{ id: '64x64', height: 64, width: 64 }])
  })

  test('in full has the type, read link and edit link of a photo', async () => {
    const url = `${stand.origin}/v1.0/users('${await alice()}')/photo`
    const photo = jsonOf(await full('/v1.0/me/photo'))
    const etag = photo['@odata.mediaEtag']
    assert.deepEqual(Object.entries(photo), [
      ['@odata.context', `${stand.origin}/v1.0/$metadata#users('${await alice()}')/photo/$entity`],
      ['@odata.type', '#microsoft.graph.profilePhoto'],
      ['@odata.id', url],
      ['@odata.editLink', url],
      ['@odata.mediaEditLink', `${url}/$value`],
      ['@odata.mediaReadLink', `${url}/$value`],
      ['@odata.mediaContentType', 'image/jpeg'],
      ['@odata.mediaEtag', etag],
      ['id', 'default'],
      ['height', 120],
      ['width', 120],
    ])
  })

  test('in full has links to the same resource', async () => {
    const addresses = ['/v1.0/me/photo', '/beta/me/photos/64x64', '/v1.0/me', '/v1.0/teams/{team}']
    const teams = jsonOf(await ask('/v1.0/me/joinedTeams')) as { value: { id: string }[] }
    for (const address of addresses) {
      const shown = jsonOf(await full(address.replace('{team}', teams.value[0]?.id ?? '')))
      const link = String(shown['@odata.editLink'] ?? shown['@odata.readLink'])
      assert.deepEqual(jsonOf(await full(link.slice(stand.origin.length))), shown)
    }
  })

  test('in full has no edit link for a single size', async () => {
    const { value } = jsonOf(await full('/v1.0/me/photos')) as { value: Json[] }
    for (const photo of value) {
      assert.ok('@odata.readLink' in photo && '@odata.mediaReadLink' in photo)
      assert.ok(!('@odata.editLink' in photo) && !('@odata.mediaEditLink' in photo))
      const bytes = await ask(String(photo['@odata.mediaReadLink']).slice(stand.origin.length))
      assert.equal(bytes.headers['content-type'], 'image/jpeg')
    }
  })

  test('in full says that people and groups are changed at their own address, and teams are not', async () => {
    const link = (shown: Json) => Object.keys(shown).find(name => /Link$/.test(name))
    const { value } = jsonOf(await full('/v1.0/me/memberOf/microsoft.graph.group')) as {
      value: Json[]
    }
    for (const shown of [jsonOf(await full('/v1.0/me')), ...value]) {
      assert.equal(link(shown), '@odata.editLink')
    }
    const teams = jsonOf(await full('/v1.0/me/joinedTeams')) as { value: Json[] }
    for (const team of teams.value) assert.equal(link(team), '@odata.readLink')
  })

  test('in full has types before lists, and links to all relations of a person', async () => {
    const person = jsonOf(await full('/v1.0/me'))
    const names = Object.keys(person)
    const typeAt = names.indexOf('businessPhones@odata.type')
    assert.equal(person['businessPhones@odata.type'], '#Collection(String)')
    assert.equal(names[typeAt + 1], 'businessPhones')
    const { navigation, related } = entityTypes.user
    const { value } = jsonOf(await ask('/v1.0/users?$top=999')) as { value: Json[] }
    const other = value.find(({ id }) => id !== person.id)?.id
    const manager = { method: 'PUT', url: '/v1.0/me/manager/$ref' }
    const body = { '@odata.id': `${stand.origin}/v1.0/users/${other}` }
    assert.equal((await stand.ask({ ...manager, body })).status, 204)
    for (const name of Object.keys({ ...navigation, ...related })) {
      const link = String(person[`${name}@odata.navigationLink`])
      assert.equal((await ask(link.slice(stand.origin.length))).status, 200, link)
    }
  })

  test('in full respects $select, and keeps the id of the resource', async () => {
    const person = jsonOf(await full('/v1.0/me?$select=displayName,photo'))
    const plain = Object.keys(person).filter(name => !name.startsWith('@'))
    assert.deepEqual(plain, ['displayName', 'photo@odata.navigationLink'])
    assert.ok(String(person['@odata.id']).endsWith(`/v1.0/users('${await alice()}')`))
  })

  test('has an ETag of its own at each level, for reads and for writes', async () => {
    const url = '/v1.0/me/photo'
    const again = (level: string, etag: string) =>
      stand.ask({
        url,
        headers: { accept: `application/json;odata.metadata=${level}`, 'if-none-match': etag },
      })
    const levels = ['minimal', 'full', 'none']
    const tags = await Promise.all(
      levels.map(async level => (await again(level, '"other"')).headers.etag ?? ''),
    )
    assert.equal(new Set(tags).size, 3)
    for (const level of levels) {
      const replies = await Promise.all(tags.map(tag => again(level, tag)))
      const statuses = levels.map(one => (one === level ? 304 : 200))
      assert.deepEqual(
        replies.map(({ status }) => status),
        statuses,
      )
      for (const { headers } of replies) assert.equal(headers['cache-control'], 'private, no-cache')
    }
    for (const etag of tags) {
      const write = (header: string) =>
        stand.ask({ method: 'DELETE', url: '/v1.0/me/photo', headers: { [header]: etag } })
      assert.match(errorOf(await write('if-none-match')).message, /still the same/)
    }
    const body = await portraitJpeg({ width: 120, height: 120 })
    const put = (etag: string) =>
      stand.ask({
        method: 'PUT',
        url: '/v1.0/me/photo/$value',
        headers: { 'if-match': etag },
        body,
      })
    for (const etag of tags) assert.equal((await put(etag)).status, 200)
  })

  test('that is 304 varies by Accept as its 200 does', async () => {
    for (const level of ['minimal', 'full', 'none']) {
      const accept = `application/json;odata.metadata=${level}`
      const { headers } = await ask('/v1.0/me/photo', accept)
      const again = await stand.ask({
        url: '/v1.0/me/photo',
        headers: { accept, 'if-none-match': headers.etag ?? '' },
      })
      assert.equal(again.status, 304)
      for (const name of ['vary', 'etag', 'cache-control']) {
        assert.equal(again.headers[name], headers[name], name)
      }
    }
  })

  test('in an unsupported $format is refused', async () => {
    for (const format of ['atom', 'xml', 'application/xml', 'application/jsonp', '']) {
      const refused = errorOf(await ask(`/v1.0/me/photo?$format=${format}`))
      assert.equal(refused.status, 400)
      assert.match(refused.message, /\$format/)
    }
    assert.equal((await ask('/v1.0/me/photo/$value?$format=xml')).status, 200)
  })
})

describe('the list of photos', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
    const body = await portraitJpeg({ width: 240, height: 240 })
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body })
  })
  after(() => stand.stop())

  const idsAt = async (query: string) => {
    const { value } = jsonOf(await stand.ask({ url: `/v1.0/me/photos${query}` })) as {
      value: Json[]
    }
    return value.map(({ id }) => id)
  }

  test('is returned completely, in pages, and from an offset', async () => {
    const all = ['48x48', '64x64', '96x96', '120x120', '240x240']
    assert.deepEqual(await idsAt(''), all)
    assert.deepEqual(await idsAt('?$top=2'), all.slice(0, 2))
    assert.deepEqual(await idsAt('?$skip=3'), all.slice(3))
    assert.deepEqual(await idsAt('?$skip=1&$top=2'), all.slice(1, 3))
    assert.deepEqual(await idsAt('?top=1'), all.slice(0, 1))
    assert.deepEqual(await idsAt('?$skip=9'), [])
  })

  test('has links to the next page that keep the selection', async () => {
    let url = '/v1.0/me/photos?$top=2&$select=width'
    const seen: unknown[] = []
    while (url !== '') {
      const page = jsonOf(await stand.ask({ url })) as { value: Json[] }
      for (const photo of page.value) {
        const names = Object.keys(photo).filter(name => !name.startsWith('@'))
        assert.deepEqual(names, ['width'])
        seen.push(photo.width)
      }
      const next = (page as Json)['@odata.nextLink']
      url = typeof next === 'string' ? next.slice(stand.origin.length) : ''
    }
    assert.deepEqual(seen, [48, 64, 96, 120, 240])
  })

  test('refuses unsupported options by name, and lists the supported ones', async () => {
    const queries = {
      $count: '?$count=true',
      $filter: "?$filter=id%20eq%20'48x48'",
      $orderby: '?$orderby=width',
      $search: '?$search=48',
      $expand: '?$expand=owner',
      '%24filter': "?%24filter=id%20eq%20'48x48'",
      $apply: '?$apply=aggregate',
      $whatever: '?$whatever=1',
    }
    for (const [option, query] of Object.entries(queries)) {
      const refused = errorOf(await stand.ask({ url: `/v1.0/me/photos${query}` }))
      assert.deepEqual([refused.status, refused.code], [400, 'BadRequest'], query)
      assert.ok(refused.message.includes(decodeURIComponent(option)), refused.message)
      assert.match(refused.message, /\$select, \$top, \$skip/)
    }
  })

  test('refuses invalid values', async () => {
    for (const query of [
      '$top=0',
      '$top=-1',
      '$top=all',
      '$top=1000',
      '$skip=-1',
      '$top=1&$top=2',
    ]) {
      assert.equal((await stand.ask({ url: `/v1.0/me/photos?${query}` })).status, 400, query)
    }
  })

  test('ignores other query parameters', async () => {
    assert.equal((await idsAt('?v=3&cache=no')).length, 5)
  })

  test('has no $count, $ref or other segment', async () => {
    for (const path of ['photos/$count', 'photos/$ref', 'photo/$ref', 'photos/48x48/$count']) {
      const refused = errorOf(await stand.ask({ url: `/v1.0/me/${path}` }))
      assert.deepEqual([refused.status, refused.code], [400, 'BadRequest'], path)
    }
    assert.equal((await stand.ask({ url: '/v1.0/users/$count' })).status, 400)
    assert.equal((await stand.ask({ url: "/v1.0/me/photos('$count')" })).status, 404)
  })
})
