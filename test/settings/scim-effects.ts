/** Table: the effects of the settings about provisioning programs. */
import assert from 'node:assert/strict'
import { dataUrl } from '../support/pictures.ts'
import { runVisage } from '../support/visage.ts'
import type { Effect } from './effects.ts'
import { type Stand, smallPicture } from './stand.ts'

const guid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

export const scimEffects = {
  async scimId({ serve, cwd }) {
    const id = async (text: string) => {
      const post = await senderOf(await serve(text), cwd)
      const person = { userName: `${text}@scim.example`, id: guid, externalId: `e-${text}` }
      return (await post('/Users', person)).id
    }
    assert.notEqual(await id('externalId'), guid)
    assert.equal(await id('id'), guid)
  },
  async scimOwners({ serve, cwd }) {
    const stand = await serve('{displayName} Owners')
    const { origin } = stand.visage
    const post = await senderOf(stand, cwd)
    const { id } = await post('/Users', { userName: 'anna@scim.example' })
    await post('/Groups', { displayName: 'Sales Owners', members: [{ value: id }] })
    const sales = await post('/Groups', { displayName: 'Sales' })
    const [owners] = Object.values(sales).flatMap(value =>
      typeof value === 'object' && value !== null && 'owners' in value ? [value.owners] : [],
    )
    assert.deepEqual(owners, [{ value: id, $ref: `${origin}/scim/v2/Users/${id}` }])
  },
  async scimPhotos({ serve, cwd }) {
    const photo = { value: String(dataUrl(smallPicture)) }
    const taken = async (text: string) => {
      const stand = await serve(text)
      const post = await senderOf(stand, cwd)
      await post('/Users', { userName: `${text}@scim.example`, photos: [photo] })
      return await stand.metric('visage_photo_changes_total')
    }
    assert.deepEqual([await taken('false'), await taken('true')], [0, 1])
  },
  async scimPhotoHosts({ serve, cwd }) {
    const value = 'https://localhost:8443/anna.jpg'
    const outcome = async (text: string) => {
      const stand = await serve(text, { logLevel: 'debug' })
      const post = await senderOf(stand, cwd)
      await post('/Users', { userName: `${text.length}@scim.example`, photos: [{ value }] })
      const { outcome, why } = await stand.line('photo-not-taken')
      return [outcome, String(why).replace(/:.*/, '')]
    }
    assert.deepEqual(await outcome('photos.example'), ['ignored', 'address-not-listed'])
    // A listed host is looked up, and this one is not on the Internet.
    assert.deepEqual(await outcome('photos.example,LocalHost:8443'), [
      'refused',
      'address-not-public',
    ])
  },
} as const satisfies Record<string, Effect>

type Post = (path: string, json: object) => Promise<Record<string, unknown>>

/** Each has a token of its own. */
async function senderOf({ visage }: Stand, cwd: string): Promise<Post> {
  const made = await runVisage(['scim-token', 'create', 'entra', '--tenant', 'default'], { cwd })
  assert.equal(made.code, 0, made.stderr)
  return async (path, json) => {
    const answer = await fetch(`${visage.origin}/scim/v2${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${made.stdout.trim()}`,
        'content-type': 'application/scim+json',
      },
      body: JSON.stringify(json),
    })
    assert.equal(answer.status, 201)
    return (await answer.json()) as Record<string, unknown>
  }
}
