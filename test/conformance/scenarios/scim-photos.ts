/**
 * Photos that come with people over SCIM 2.0, as data URLs. Photos from an address need a host that the server may call,
 * and are in the unit tests.
 */
import type { PictureName } from '../pictures.ts'
import type { Exchange, Scenario } from '../scenario.ts'
import { entra, refused, sender } from '../scim-steps.ts'
import * as steps from '../steps.ts'

const photosPage = 'https://www.rfc-editor.org/rfc/rfc7643#section-4.1.2'
const settingsPage = 'https://learn.microsoft.com/en-us/graph/profilephoto-configure-settings'

const { post, put, patch, get, remove, makeUser } = sender(entra)
const guid = '7d0c5a11-2b7e-4a54-9d3c-0f2d6f0a0031'
const user = { externalId: guid, userName: 'petra.pic@scim.example' }
const place = `/v1.0/users/${guid}`
/** Who is sent again after a deletion is restored with their photo. */
const cleanUp = [steps.removePhoto(place, steps.photographer), remove(`/Users/${guid}`)]

const photo = (picture: PictureName, more: object = {}) => ({
  value: { '?dataUrl': picture },
  ...more,
})
const withPhotos = (...photos: readonly unknown[]) => ({ ...user, photos })

function sees(picture: PictureName, side?: number): Exchange {
  return steps.readPhoto(place, steps.shows(picture, side), steps.viewer)
}

const seesNone = steps.readPhoto(place, steps.noPhoto, steps.viewer)

const takes: readonly Scenario[] = [
  {
    name: 'A person who is created with a photo has it, in every size, and SCIM does not tell it',
    source: photosPage,
    request: post('/Users', withPhotos(photo('a portrait', { type: 'photo', primary: true })), {
      status: 201,
      json: { id: guid },
      without: ['data:', 'photos'],
    }),
    next: [sees('a portrait'), get(`/Users/${guid}`, { id: guid }, { without: ['photos'] })],
    afterwards: cleanUp,
  },
  {
    name: 'Of several photos the primary one is taken, and a thumbnail only when there is no other',
    source: photosPage,
    request: post(
      '/Users',
      withPhotos(
        photo('another portrait', { type: 'thumbnail', primary: true }),
        photo('a third portrait', { type: 'photo' }),
        photo('a portrait', { type: 'photo', primary: true }),
      ),
      { status: 201 },
    ),
    next: [sees('a portrait')],
    afterwards: cleanUp,
  },
  ...(
    [
      ['PUT', put(`/Users/${guid}`, withPhotos(photo('a portrait')))],
      [
        'PATCH of photos',
        patch(`/Users/${guid}`, [{ op: 'Add', path: 'photos', value: [photo('a portrait')] }]),
      ],
      [
        'PATCH of the value of a photo',
        patch(`/Users/${guid}`, [
          {
            op: 'Replace',
            path: 'photos[type eq "photo"].value',
            value: { '?dataUrl': 'a portrait' },
          },
        ]),
      ],
      [
        'PATCH without a path',
        patch(`/Users/${guid}`, [{ op: 'replace', value: { photos: [photo('a portrait')] } }]),
      ],
    ] as const
  ).map(([how, request]) => ({
    name: `A ${how} fills an empty photo`,
    source: photosPage,
    given: [makeUser(user)],
    request,
    next: [sees('a portrait')],
    afterwards: cleanUp,
  })),
  {
    name: 'A photo of 4 MiB is taken from a body of 5.6 MB',
    source: photosPage,
    request: post('/Users', withPhotos(photo('exactly 4 MiB')), { status: 201 }),
    next: [sees('exactly 4 MiB', 400)],
    afterwards: cleanUp,
  },
]

const keeper = steps.application('PeopleSettings.ReadWrite.All')
const settings = '/beta/admin/people/photoUpdateSettings'
const photosFrom = (source: string): Exchange => ({
  as: keeper,
  method: 'PATCH',
  path: settings,
  body: { json: { source, allowedRoles: null } },
})
const forget: Exchange = { as: keeper, method: 'DELETE', path: settings }

const keeps: readonly Scenario[] = [
  {
    name: 'A photo that is there stays, whoever has set it',
    source: settingsPage,
    given: [makeUser(withPhotos(photo('a portrait')))],
    request: put(`/Users/${guid}`, withPhotos(photo('another portrait'))),
    next: [
      sees('a portrait'),
      steps.setPhoto(place, 'a third portrait', steps.photographer),
      put(`/Users/${guid}`, withPhotos(photo('a portrait'))),
      sees('a third portrait'),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'A photo is replaced where the photos of an organisation come from its own directory',
    source: settingsPage,
    traits: ['settings to play with'],
    given: [forget, makeUser(withPhotos(photo('a portrait'))), photosFrom('onPremises')],
    request: put(`/Users/${guid}`, withPhotos(photo('another portrait'))),
    next: [
      sees('another portrait'),
      photosFrom('cloud'),
      put(`/Users/${guid}`, withPhotos(photo('a portrait'))),
      sees('another portrait'),
    ],
    afterwards: [forget, ...cleanUp],
  },
  {
    name: 'A person without photos in a PUT, or whose photos are removed, keeps their photo',
    source: photosPage,
    given: [makeUser(withPhotos(photo('a portrait')))],
    request: put(`/Users/${guid}`, user),
    next: [
      sees('a portrait'),
      patch(`/Users/${guid}`, [{ op: 'remove', path: 'photos' }]),
      put(`/Users/${guid}`, withPhotos()),
      sees('a portrait'),
    ],
    afterwards: cleanUp,
  },
]

const unfit: Readonly<Record<string, readonly unknown[]>> = {
  'no picture': [photo('an HTML page')],
  'an SVG': [photo('an SVG')],
  'a broken picture': [photo('a JPEG cut in half')],
  'a bomb': [photo('a bomb of 30,000 x 30,000')],
  'a picture that is too small': [photo('a picture of 1 x 1')],
  '4 MiB and a byte': [photo('4 MiB and a byte')],
  'no base64': [{ value: 'data:image/jpeg;base64,%%%' }],
  nothing: [{ value: 'data:image/jpeg;base64,' }],
  'an address of another host': [{ value: 'https://169.254.169.254/latest/meta-data' }],
  'an address of this machine': [{ value: 'http://localhost/photo.jpg' }],
  'a file': [{ value: 'file:///etc/passwd' }],
  'no address': [{ value: 'photo' }],
  'no value': [{ type: 'photo', primary: true }],
}

const fails: readonly Scenario[] = [
  ...Object.entries(unfit).map(([what, photos]) => ({
    name: `A person whose photo is ${what} is created without it`,
    source: photosPage,
    request: post('/Users', { ...user, photos }, { status: 201, json: { id: guid } }),
    next: [seesNone],
    afterwards: cleanUp,
  })),
  {
    name: 'A body over 6 MiB is 413, and nobody is created',
    source: photosPage,
    request: post('/Users', withPhotos(photo('8 MiB of zeros')), refused(413)),
    next: [{ as: steps.viewer, method: 'GET', path: place, expected: { status: [403, 404] } }],
  },
]

export const scimPhotos: readonly Scenario[] = [...takes, ...keeps, ...fails]
