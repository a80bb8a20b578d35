/** Bodies of 6 MB, as they are accepted where photos are taken, do not hold the event loop. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { patchResource } from '../../src/scim/patch.ts'
import { readPatch } from '../../src/scim/patch-body.ts'
import { readResource } from '../../src/scim/read-resource.ts'
import { toSentUser } from '../../src/scim/user.ts'
import { honestWork, longestHold } from '../support/longest-hold.ts'

const long = 'a'.repeat(6_200_000)
const dataUrl = `data:image/png;base64,${long.slice(0, 5_000_000)}`
const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
const patch = (operation: object) => ({ schemas, Operations: [operation] })

const users: Readonly<Record<string, object>> = {
  'a photo': { userName: 'a@b.example', photos: [{ value: dataUrl }] },
  'a photo that is none': { userName: 'a@b.example', photos: [{ value: long }] },
  'a photo as a text': { userName: 'a@b.example', photos: long },
  'a name': { userName: long },
  'a family name': { userName: 'a@b.example', name: { familyName: long } },
  'a mail address': { userName: 'a@b.example', emails: [{ value: long, type: long }] },
  'an attribute nobody knows': { userName: 'a@b.example', [long]: long },
  spaces: { userName: 'a@b.example', title: ' '.repeat(6_200_000) },
}

const patches: Readonly<Record<string, object>> = {
  'a photo': patch({ op: 'replace', path: 'photos', value: [{ value: dataUrl }] }),
  'the value of a photo': patch({ op: 'add', path: 'photos[type eq "photo"].value', value: long }),
  'a path': patch({ op: 'replace', path: long, value: 'a' }),
  'brackets in a path': patch({ op: 'replace', path: '['.repeat(6_200_000), value: 'a' }),
  'a filter in a path': patch({ op: 'replace', path: `photos[value eq "${long}"]`, value: 'a' }),
  'an operation': patch({ op: long, path: 'title', value: 'a' }),
  'values of photos without a path': patch({ op: 'add', value: { photos: [{ value: long }] } }),
}

const known = readResource('User', { userName: 'a@b.example' })

describe('a text of 6 MB does not hold the event loop', () => {
  const isShort = async (work: () => unknown) => {
    const hold = await longestHold(async () => {
      try {
        work()
      } catch {
        // It may be refused.
      }
    })
    const honest = await honestWork()
    // What it keeps out takes seconds.
    assert.ok(hold < 8 * honest, `${hold} ms beside ${honest} ms`)
  }
  for (const [what, body] of Object.entries(users)) {
    test(`as ${what} of a user`, () => isShort(() => toSentUser(readResource('User', body))))
  }
  for (const [what, body] of Object.entries(patches)) {
    test(`as ${what} in a PATCH`, () =>
      isShort(() => toSentUser(patchResource(known, readPatch('User', body)))))
  }
})
