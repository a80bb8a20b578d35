/**
 * A GET returns the photo that was PUT: for any accepted picture, at any address of its owner, at once, in every size
 * that fits and in no other.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import sharp from 'sharp'
import { type Development, startDevelopment } from '../../src/dev/development.ts'
import { portraitGif, portraitJpeg, portraitPng, portraitWebp } from '../support/pictures.ts'

const nine = [48, 64, 96, 120, 240, 360, 432, 504, 648]
const makers = { jpeg: portraitJpeg, png: portraitPng, webp: portraitWebp, gif: portraitGif }
type Metadata = { id: string; width: number; height: number; '@odata.mediaEtag': string }

describe('put, then get', () => {
  let visage: Development
  let token = ''
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${visage.origin}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })

  before(async () => {
    const options = { host: '127.0.0.1', port: 0, data: undefined, strictContentType: false }
    visage = await startDevelopment({ ...options, write: () => {} })
    token = await visage.issuer.mint({
      person: 'alice',
      scopes: ['User.ReadWrite', 'Contacts.ReadWrite'],
    })
    await visage.photosReady
  })
  after(() => visage.close())

  const pictures = fc.record({
    format: fc.constantFrom('jpeg', 'png', 'webp', 'gif'),
    width: fc.integer({ min: 48, max: 900 }),
    height: fc.integer({ min: 48, max: 900 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  })

  test('a square of every size that fits, the photo itself the largest', async () => {
    const addresses = ['/v1.0/me', '/beta/users/alice@visage.example']
    await fc.assert(
      fc.asyncProperty(pictures, fc.constantFrom(...addresses), async (picture, address) => {
        const upload = await makers[picture.format](picture)
        const put = await ask(`${address}/photo/$value`, { method: 'PUT', body: upload })
        assert.equal(put.status, 200)
        const side = Math.min(picture.width, picture.height, 648)
        const photo = (await (await ask(`${address}/photo`)).json()) as Metadata
        assert.deepEqual([photo.id, photo.width, photo.height], ['default', side, side])
        const list = (await (await ask('/v1.0/me/photos')).json()) as { value: Metadata[] }
        assert.deepEqual(
          list.value.map(({ id }) => id),
          nine.filter(size => size <= side).map(size => `${size}x${size}`),
        )
        const whole = await crop(upload, side)
        const stranger = await crop(
          await makers[picture.format]({ ...picture, seed: picture.seed + 1 }),
          side,
        )
        for (const { path, size } of [
          { path: 'photo/$value', size: side },
          ...nine
            .filter(size => size <= side)
            .map(size => ({ path: `photos/${size}x${size}/$value`, size })),
        ]) {
          const got = await ask(`${address}/${path}`)
          const bytes = Buffer.from(await got.arrayBuffer())
          const { format, width, height } = await sharp(bytes).metadata()
          assert.deepEqual([format, width, height], ['jpeg', size, size], path)
          assert.equal(got.headers.get('etag'), photo['@odata.mediaEtag'])
          // JPEG and resampling make a quarter at most, and for small sizes only.
          const difference = await differenceOf(bytes, whole, size)
          const distance = await differenceOf(bytes, stranger, size)
          assert.ok(
            difference < distance / 2,
            `${path} shows another picture: ${difference}, a stranger ${distance}`,
          )
        }
        for (const size of nine.filter(size => size > side)) {
          assert.equal((await ask(`${address}/photos/${size}x${size}/$value`)).status, 404)
        }
      }),
      { numRuns: 12 },
    )
  })

  test("a contact's photo keeps its ratio", async () => {
    const made = await ask('/v1.0/me/contacts', { method: 'POST', body: '{"displayName":"Ratio"}' })
    const { id } = (await made.json()) as { id: string }
    await fc.assert(
      fc.asyncProperty(pictures, async picture => {
        const upload = await makers[picture.format](picture)
        const put = await ask(`/v1.0/me/contacts/${id}/photo/$value`, {
          method: 'PUT',
          body: upload,
        })
        assert.equal(put.status, 200)
        const { width, height } = (await (
          await ask(`/v1.0/me/contacts/${id}/photo`)
        ).json()) as Metadata
        const scale = Math.min(1, 648 / Math.max(picture.width, picture.height))
        assert.ok(Math.abs(width - picture.width * scale) <= 1, `${width} of ${picture.width}`)
        assert.ok(Math.abs(height - picture.height * scale) <= 1, `${height} of ${picture.height}`)
      }),
      { numRuns: 12 },
    )
  })
})

function crop(picture: Uint8Array, side: number): Promise<Buffer> {
  return sharp(picture).resize(side, side, { fit: 'cover' }).jpeg().toBuffer()
}

/** The mean of a channel, of 255. */
async function differenceOf(one: Uint8Array, other: Uint8Array, side: number): Promise<number> {
  const pixels = (picture: Uint8Array) =>
    sharp(picture).resize(side, side).toColourspace('srgb').removeAlpha().raw().toBuffer()
  const [a, b] = [await pixels(one), await pixels(other)]
  let sum = 0
  for (const [index, value] of a.entries()) sum += Math.abs(value - (b[index] ?? 0))
  return sum / a.length
}
