/**
 * `$metadata` against the schema of its language, which OASIS publishes as XML Schema, and against a rule that no schema
 * can express: every used name is declared.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { XmlDocument, type XmlElement, XsdValidator } from 'libxml2-wasm'
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs'
import { container } from '../../src/description/container.ts'
import { renderCsdl } from '../../src/description/csdl.ts'
import { entityTypes } from '../../src/graph/resources/schema.ts'
import { jsonOf, type Stand, startStand } from '../graph/stand.ts'

const versions = ['v1.0', 'beta'] as const
const edm = { e: 'http://docs.oasis-open.org/odata/ns/edm' }

/** Returns the result of `work` on a document, which is freed afterwards. */
function withDocument<Result>(xml: string, work: (document: XmlDocument) => Result): Result {
  const document = XmlDocument.fromString(xml)
  try {
    return work(document)
  } finally {
    document.dispose()
  }
}

function attributesAt(document: XmlDocument, path: string): string[] {
  return document.find(path, edm).map(node => (node as XmlElement & { value: string }).value)
}

describe('$metadata', () => {
  let validator: XsdValidator
  before(async () => {
    xmlRegisterFsInputProviders()
    const home = dirname(createRequire(import.meta.url).resolve('odata-csdl/package.json'))
    const url = join(home, 'schemas/edmx.xsd')
    validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(await readFile(url), { url }))
  })
  after(() => validator.dispose())

  for (const version of versions) {
    test(`of ${version} is valid CSDL`, () => {
      withDocument(renderCsdl(version), document => validator.validate(document))
    })

    test(`of ${version} uses no type that it does not declare`, () => {
      withDocument(renderCsdl(version), document => {
        const declared = new Set(
          attributesAt(
            document,
            '//e:EntityType/@Name | //e:ComplexType/@Name | //e:EnumType/@Name',
          ),
        )
        const used = attributesAt(document, '//@Type | //@BaseType | //@EntityType').map(type =>
          type.replace(/^Collection\((.+)\)$/, '$1'),
        )
        assert.ok(used.length > 20)
        for (const type of used.filter(
          name => !/^Edm\.(String|Int32|Double|Boolean|DateTimeOffset)$/.test(name),
        )) {
          assert.match(type, /^graph\./)
          assert.ok(declared.has(type.replace('graph.', '')), type)
        }
        for (const name of declared)
          assert.ok(name === 'entity' || used.includes(`graph.${name}`), name)
      })
    })

    test(`of ${version} names the visibilities that a team can have`, () => {
      withDocument(renderCsdl(version), document => {
        const property = "//e:EntityType[@Name='team']/e:Property[@Name='visibility']/@Type"
        assert.deepEqual(attributesAt(document, property), ['graph.teamVisibilityType'])
        const members = "//e:EnumType[@Name='teamVisibilityType']/e:Member/@Name"
        assert.deepEqual(attributesAt(document, members), [
          'private',
          'public',
          'hiddenMembership',
          'unknownFutureValue',
        ])
      })
    })

    test(`of ${version} declares nothing wrong, and no term without its vocabulary`, () => {
      withDocument(renderCsdl(version), document => {
        for (const target of attributesAt(document, '//e:Annotations/@Target')) {
          const [type = '', property = ''] = target.replace('graph.', '').split('/')
          const path = `//e:EntityType[@Name='${type}']/e:NavigationProperty[@Name='${property}']`
          assert.equal(document.find(path, edm).length, 1, target)
        }
        const aliases = attributesAt(document, "//*[local-name()='Include']/@Alias")
        for (const term of attributesAt(document, '//e:Annotation/@Term')) {
          assert.ok(aliases.includes(term.split('.')[0] ?? ''), term)
        }
        for (const key of attributesAt(document, '//@PropertyPath')) {
          assert.ok(document.find(`//e:Property[@Name='${key}']`, edm).length > 0, key)
        }
      })
    })
  }

  test('that is not valid is found out', () => {
    const broken = renderCsdl('v1.0').replace('<Property Name="height"', '<Property')
    assert.throws(() => withDocument(broken, document => validator.validate(document)), /Name/)
    assert.throws(() => withDocument(broken.replace('</Schema>', ''), () => {}))
  })

  test('declares a photo as a stream that each of its owners contains', () => {
    withDocument(renderCsdl('v1.0'), document => {
      assert.equal(
        document.find("//e:EntityType[@Name='profilePhoto' and @HasStream='true']", edm).length,
        1,
      )
      for (const owner of ['user', 'group', 'team', 'contact']) {
        const path = `//e:EntityType[@Name='${owner}']/e:NavigationProperty[@Name='photo' and @ContainsTarget='true']/@Type`
        assert.deepEqual(attributesAt(document, path), ['graph.profilePhoto'])
      }
      assert.equal(document.find("//e:EntityType[@Name='team']/*[@Name='photos']", edm).length, 0)
    })
  })

  test('leads from a person to things with addresses of their own', () => {
    withDocument(renderCsdl('v1.0'), document => {
      for (const name of ['memberOf', 'ownedObjects']) {
        const property = `//e:EntityType[@Name='user']/e:NavigationProperty[@Name='${name}'][not(@ContainsTarget)]/@Type`
        assert.deepEqual(attributesAt(document, property), ['Collection(graph.directoryObject)'])
        const binding = `//e:EntitySet[@Name='users']/e:NavigationPropertyBinding[@Path='${name}']/@Target`
        assert.deepEqual(attributesAt(document, binding), ['directoryObjects'])
      }
      for (const type of ['user', 'group']) {
        const base = `//e:EntityType[@Name='${type}']/@BaseType`
        assert.deepEqual(attributesAt(document, base), ['graph.directoryObject'])
      }
      const listed = "//e:EntitySet[@Name='directoryObjects']/@IncludeInServiceDocument"
      assert.deepEqual(attributesAt(document, listed), ['false'])
    })
  })

  test('has settings of photo updates only in beta', () => {
    assert.match(renderCsdl('beta'), /Name="photoUpdateSettings"/)
    assert.doesNotMatch(renderCsdl('v1.0'), /photoUpdate|peopleAdmin|"admin"/)
  })
})

describe('the description of Visage', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())
  const ask = (url: string, method = 'GET') => stand.ask({ url, method, token: null })

  test('needs no token, in any spelling of the address', async () => {
    for (const url of ['/v1.0/$metadata', '/V1.0/%24METADATA/', '/beta/$metadata?$format=xml']) {
      const { status, headers, body } = await ask(url)
      assert.equal(status, 200, url)
      assert.equal(headers['content-type'], 'application/xml')
      assert.match(String(body), /^<\?xml version="1\.0" encoding="utf-8"\?>\n<edmx:Edmx /)
      assert.ok(headers['request-id'])
    }
    const here = await fetch(`${stand.origin}/v1.0/$metadata`)
    assert.deepEqual([here.status, await here.text()], [200, renderCsdl('v1.0')])
    const head = await fetch(`${stand.origin}/beta/$metadata`, { method: 'HEAD' })
    const length = Buffer.byteLength(renderCsdl('beta'))
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(length)])
  })

  test('is not to be changed', async () => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask('/v1.0/$metadata', method)
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'])
    }
  })

  test('is at no other address', async () => {
    const elsewhere = ['/$metadata', '/v2.0/$metadata', '/v1.0/me/$metadata', '/v1.0/$metadata/x']
    for (const url of [...elsewhere, '/v1.0/openapi.json', '/openapi.json/x', '/v1.0metadata']) {
      assert.equal((await stand.ask({ url })).status, 400, url)
    }
  })

  test('lists the first segments of addresses', async () => {
    for (const version of versions) {
      const contents = jsonOf(await ask(`/${version}/`))
      assert.equal(contents['@odata.context'], `${stand.origin}/${version}/$metadata`)
      const names = (contents.value as { url: string }[]).map(({ url }) => url)
      const all = [...Object.keys(container.sets), ...Object.keys(container.singletons)]
      const here = all.filter(name => version === 'beta' || name !== 'admin')
      assert.deepEqual(names, here)
    }
  })

  test('declares the properties that answers have, and no others', async () => {
    const select = (type: keyof typeof entityTypes) =>
      `?$select=id,${Object.keys(entityTypes[type].properties).join(',')}`
    const idAt = async (url: string) => {
      const { value } = jsonOf(await stand.ask({ url })) as { value: { id: string }[] }
      return value[0]?.id ?? ''
    }
    const folder = await idAt('/v1.0/me/contactFolders')
    const answers = {
      profilePhoto: `/v1.0/me/photo${select('profilePhoto')}`,
      user: `/v1.0/me${select('user')}`,
      group: `/v1.0/groups/${await idAt('/v1.0/groups')}`,
      team: `/v1.0/teams/${await idAt('/v1.0/me/joinedTeams')}`,
      contact: `/v1.0/me/contacts/${await idAt('/v1.0/me/contacts')}`,
      contactFolder: `/v1.0/me/contactFolders/${folder}`,
      photoUpdateSettings: '/beta/admin/people/photoUpdateSettings',
    } as const
    for (const [type, url] of Object.entries(answers) as [keyof typeof answers, string][]) {
      const names = Object.keys(jsonOf(await stand.ask({ url }))).filter(
        name => !name.includes('@'),
      )
      const declared = Object.keys(entityTypes[type].properties)
      const own = names.filter(name => name !== 'id').sort()
      assert.deepEqual(own, declared.toSorted(), type)
    }
  })
})
