/**
 * Pictures: the accepted formats, and the result: an upright JPEG in sRGB without metadata about
 * place, time and author.
 */
import type { PictureName } from '../pictures.ts'
import type { Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const clients = 'https://github.com/microsoftgraph/msgraph-sdk-typescript'
const place = '/v1.0/me'
const given = [steps.setPhoto(place, 'another portrait')]

const formats: readonly PictureName[] = [
  'a JPEG of 300',
  'a progressive JPEG',
  'a PNG',
  'a GIF',
  'an animated GIF',
  'a WebP',
  'an AVIF',
]

/** The Content-Types that clients send with a picture, including wrong ones. */
const contentTypes: readonly string[] = [
  'image/jpeg',
  'image/jpg',
  'IMAGE/JPEG',
  'image/pjpeg',
  'image/jpeg; charset=binary',
  'image/png',
  'image/gif',
  'image/*',
  'application/octet-stream',
  'application/octet-stream, image/png',
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'nonsense',
]

function setsPhoto(picture: PictureName, contentType: string): Scenario {
  return {
    name: `${picture} sent as ${contentType} becomes the photo`,
    source: clients,
    points: ['1'],
    traits: ['any content type'],
    given,
    request: {
      ...steps.setPhoto(place, picture),
      headers: { 'content-type': contentType },
      expected: steps.updated,
    },
    next: [
      steps.readPhoto(place, steps.shows(picture, 300)),
      {
        as: steps.me,
        method: 'GET',
        path: `${place}/photos/64x64/$value`,
        expected: steps.shows(picture, 64),
      },
    ],
  }
}

/** "Content-Type: image/jpeg. 必填。" Required. */
const strict: readonly Scenario[] = [
  ...['image/jpeg', 'IMAGE/JPEG', 'image/jpeg; q=1'].map(
    (contentType): Scenario => ({
      name: `To the letter: a picture sent as ${contentType} is taken`,
      source: steps.updatePage,
      traits: ['image/jpeg only'],
      given,
      request: {
        ...steps.setPhoto(place, 'a portrait'),
        headers: { 'content-type': contentType },
        expected: steps.updated,
      },
      next: [steps.readPhoto(place, steps.shows('a portrait'))],
    }),
  ),
  ...contentTypes
    .filter(type => !/^image\/jpeg\b/i.test(type))
    .map(
      (contentType): Scenario => ({
        name: `To the letter: a picture sent as ${contentType} is 415`,
        source: steps.updatePage,
        traits: ['image/jpeg only'],
        given,
        request: {
          ...steps.setPhoto(place, 'a portrait'),
          headers: { 'content-type': contentType },
          expected: { status: 415, error: { says: ['image/jpeg'] } },
        },
        untouched: { path: `${place}/photo/$value`, as: steps.me },
      }),
    ),
  ...(['PUT', 'PATCH'] as const).map(
    (method): Scenario => ({
      name: `To the letter: a ${method} without a Content-Type is 415`,
      source: steps.updatePage,
      traits: ['image/jpeg only'],
      given,
      request: {
        as: steps.me,
        method,
        path: `${place}/photo/$value`,
        body: { text: 'any' },
        expected: { status: 415, error: { says: ['image/jpeg'] } },
      },
      untouched: { path: `${place}/photo/$value`, as: steps.me },
    }),
  ),
  {
    name: 'To the letter: a GET that says Content-Type: application/json is answered all the same',
    source: 'https://github.com/pnp/pnpjs',
    traits: ['image/jpeg only'],
    given,
    request: {
      ...steps.readPhoto(place, steps.shows('another portrait')),
      headers: { 'content-type': 'application/json' },
    },
  },
]

/** Red, green, blue, yellow: the quarters of the patches, sent as they are and expected in sRGB. */
const patchColours = [
  { x: 50, y: 50, rgb: [200, 60, 40] },
  { x: 150, y: 50, rgb: [40, 160, 80] },
  { x: 50, y: 150, rgb: [50, 70, 200] },
  { x: 150, y: 150, rgb: [230, 200, 60] },
]

function becomes(name: string, picture: PictureName, expected: Expected, source: string): Scenario {
  return {
    name,
    source,
    given,
    request: { ...steps.setPhoto(place, picture), expected: steps.updated },
    next: [steps.readPhoto(place, expected)],
  }
}

const exif = 'https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf'

const pixels: readonly Scenario[] = [
  ...([2, 3, 4, 5, 6, 7, 8] as const).map(orientation =>
    becomes(
      `A picture that EXIF turns (${orientation}) is stored upright`,
      `a picture turned by EXIF ${orientation}`,
      steps.shows('an upright picture', 300),
      exif,
    ),
  ),
  ...([3, 6, 8] as const).map(
    (orientation): Scenario => ({
      name: `A contact’s picture that EXIF turns (${orientation}) is stored upright, in its own ratio`,
      source: exif,
      given: [steps.setPhoto(`${place}/contacts/{contact}`, 'another portrait')],
      request: {
        ...steps.setPhoto(`${place}/contacts/{contact}`, `a picture turned by EXIF ${orientation}`),
        expected: steps.updated,
      },
      next: [
        steps.readPhoto(`${place}/contacts/{contact}`, {
          status: 200,
          picture: { width: 300, height: 400, like: 'an upright picture' },
        }),
      ],
    }),
  ),
  {
    name: 'No size of a picture contains its place, time or author',
    source: 'https://owasp.org/www-community/vulnerabilities/Unrestricted_File_Upload',
    given,
    request: {
      ...steps.setPhoto(place, 'a JPEG that tells its place'),
      expected: steps.updated,
    },
    next: [
      steps.readPhoto(place, steps.shows('a JPEG that tells its place', 300)),
      ...[48, 64, 96, 120, 240].map(side => ({
        as: steps.me,
        method: 'GET',
        path: `${place}/photos/${side}x${side}/$value`,
        expected: {
          status: 200,
          picture: { width: side, height: side },
          without: ['Telltale', 'GPS', 'Exif', 'http://ns.adobe.com'],
        },
      })),
    ],
  },
  becomes(
    'A CMYK picture becomes one in sRGB, and keeps its colours',
    'CMYK patches',
    { status: 200, picture: { width: 200, height: 200 } },
    'https://www.color.org/chardata/drsection1.xalter',
  ),
  becomes(
    'A picture in Display P3 becomes one in sRGB, and keeps its colours',
    'Display P3 patches',
    { status: 200, picture: { width: 200, height: 200, colours: patchColours } },
    'https://www.color.org/chardata/rgb/DisplayP3.xalter',
  ),
  becomes(
    'A JPEG that lacks nothing but its end marker becomes the photo',
    'a JPEG without its end marker',
    steps.shows('a JPEG of 300', 300),
    'https://www.w3.org/Graphics/JPEG/itu-t81.pdf',
  ),
  becomes(
    'Of a moving AVIF the first frame becomes the photo',
    'an animated AVIF',
    steps.shows('an AVIF', 300),
    'https://aomediacodec.github.io/av1-avif/#image-sequences',
  ),
  becomes(
    'Canvas that the first frame of a GIF leaves free becomes white',
    'a red GIF on a larger canvas',
    {
      status: 200,
      picture: {
        colours: [
          { x: 30, y: 30, rgb: [254, 0, 0] },
          { x: 90, y: 90, rgb: [255, 255, 255] },
        ],
      },
    },
    'https://www.w3.org/Graphics/GIF/spec-gif89a.txt',
  ),
  becomes(
    'A picture that tells Display P3 by nclx becomes one in sRGB',
    'an AVIF in Display P3',
    { status: 200, picture: { colours: [{ x: 48, y: 48, rgb: [216, 69, 75] }] } },
    'https://www.itu.int/rec/T-REC-H.273',
  ),
  becomes(
    'What is transparent becomes white',
    'a transparent PNG',
    {
      status: 200,
      picture: {
        width: 200,
        height: 200,
        colours: [
          { x: 50, y: 100, rgb: [255, 127, 127] },
          { x: 150, y: 100, rgb: [255, 255, 255] },
        ],
      },
    },
    'https://github.com/microsoftgraph/microsoft-graph-docs/issues/15561',
  ),
]

const upload: readonly Scenario[] = [
  {
    name: 'The type of a picture is always in lower case',
    source: 'https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/634',
    traits: ['any content type'],
    given: [{ ...steps.setPhoto(place, 'a PNG'), headers: { 'content-type': 'image/PNG' } }],
    request: steps.readPhoto(place, {
      status: 200,
      headers: { 'content-type': 'image/jpeg', 'x-content-type-options': 'nosniff' },
    }),
  },
  {
    name: 'A picture in chunks, without a length, becomes the photo',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-java',
    points: ['8'],
    given,
    request: {
      ...steps.setPhoto(place, 'a large portrait'),
      sent: 'in chunks',
      expected: steps.updated,
    },
    next: [steps.readPhoto(place, steps.shows('a large portrait', 648))],
  },
]

const mySizes = ['/photo', '/photos/240x240', '/photos/48x48']
const group = '/v1.0/groups/{ownGroup}'
const contact = '/v1.0/me/contacts/{contact}'

/**
 * Not documented in Graph. Without this, a photo loses quality each time it is moved or restored.
 */
const putBack: readonly Scenario[] = [
  ...mySizes.map(size => restores('one’s own', place, size, steps.me)),
  ...['/photo', '/photos/360x360'].map(size => restores('a group’s', group, size, steps.owner)),
  restores('a contact’s', contact, '/photo', steps.withContacts),
]

/** A contact's photo cannot be removed, so it is replaced. */
function restores(whose: string, at: string, size: string, as: Wanted): Scenario {
  const path = `${at}${size}/$value`
  const keep = { photo: { body: 'whole' } } as const
  return {
    name: `A photo that was read and removed can be restored byte for byte: ${whose}, ${size}`,
    source: steps.updatePage,
    given: [
      steps.setPhoto(at, 'a large portrait', as),
      { as, method: 'GET', path, expected: { status: 200 }, keep },
      at === contact ? steps.setPhoto(at, 'another portrait', as) : steps.removePhoto(at, as),
    ],
    request: { as, method: 'PUT', path: `${at}/photo/$value`, body: { kept: '{photo}' } },
    next: [steps.readPhoto(at, { status: 200, sameAs: '{photo}' }, as)],
  }
}

export const images: readonly Scenario[] = [
  ...formats.map(picture => setsPhoto(picture, 'image/jpeg')),
  ...contentTypes.slice(1).map(contentType => setsPhoto('a PNG', contentType)),
  ...strict,
  ...pixels,
  ...upload,
  ...putBack,
]
