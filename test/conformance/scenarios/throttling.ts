/**
 * 429: an application that sends too many requests to a mailbox is refused with Retry-After. Only
 * for servers with low limits for this test.
 */
import type { Exchange, Expected, Scenario } from '../scenario.ts'
import * as steps from '../steps.ts'

const page = 'https://learn.microsoft.com/en-us/graph/throttling'
const limits = 'https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits'
const traits = ['tight limits'] as const
const me = '/v1.0/me'

const tooMany: Expected = {
  status: 429,
  headers: { 'retry-after': /^[1-9]\d*$/, 'content-type': /^application\/json\b/ },
  error: { code: ['TooManyRequests', 'ApplicationThrottled'] },
}
const read: Exchange = {
  as: steps.me,
  method: 'GET',
  path: `${me}/photo`,
  expected: { status: [200, 404] },
}
/** Works with any rest of the limit. */
const untilTooMany: Exchange = { ...read, attempts: 30, expected: tooMany }

export const throttling: readonly Scenario[] = [
  {
    name: 'Too many requests to a mailbox are 429 until Retry-After has passed',
    source: page,
    points: ['12', '18'],
    traits,
    request: untilTooMany,
    next: [{ ...read, waits: true }],
  },
  {
    name: 'The limit applies to every address of a mailbox, and to uploads',
    source: limits,
    points: ['18'],
    traits,
    request: untilTooMany,
    next: [
      { ...read, path: '/beta/users/{selfName}/photos', expected: tooMany },
      { ...steps.setPhoto(me, 'a portrait'), expected: tooMany },
      { ...read, path: `${me}/contacts`, as: steps.withContacts, expected: tooMany },
    ],
    afterwards: [{ ...read, waits: true }],
  },
  {
    name: 'Other mailboxes, and requests for people and groups, are not throttled',
    source: limits,
    traits,
    request: untilTooMany,
    next: [
      {
        as: steps.application('User.Read.All'),
        method: 'GET',
        path: '/v1.0/users/{other}/photo',
        expected: { status: [200, 404] },
      },
      {
        as: steps.self('User.Read'),
        method: 'GET',
        path: me,
        expected: { status: 200 },
      },
    ],
    afterwards: [{ ...read, waits: true }],
  },
  {
    name: 'Requests without permission do not count',
    source: page,
    traits,
    given: [untilTooMany],
    request: {
      ...read,
      as: steps.exactly('delegated', ['Contacts.Read']),
      expected: { status: 403 },
    },
    afterwards: [{ ...read, waits: true }],
  },
  {
    name: 'Parts of a batch are throttled one by one, and the batch is 200',
    source: `${page}#throttling-and-batching`,
    points: ['11', '18'],
    traits,
    given: [untilTooMany],
    request: {
      as: steps.self('User.ReadWrite', 'User.Read'),
      method: 'POST',
      path: '/v1.0/$batch',
      body: {
        json: {
          requests: [
            { id: '1', method: 'GET', url: '/me' },
            { id: '2', method: 'GET', url: '/me/photo' },
          ],
        },
      },
      expected: { status: 200, parts: { '1': { status: 200 }, '2': tooMany } },
    },
    afterwards: [{ ...read, waits: true }],
  },
  {
    name: 'Too many bytes to a mailbox are 429, and reads still work',
    source: limits,
    points: ['18'],
    traits,
    given: [{ ...untilTooMany }, { ...read, waits: true }],
    request: {
      ...steps.setPhoto('/v1.0/users/{other}', 'exactly 4 MiB', steps.photographer),
      attempts: 3,
      expected: tooMany,
    },
    next: [
      {
        as: steps.photographer,
        method: 'GET',
        path: '/v1.0/users/{other}/photo',
        expected: { status: 200 },
      },
    ],
  },
]
