/**
 * Who has a photo, and how large it is: an extension of Visage, because Graph can only be asked for one photo after the
 * other. The addresses begin with a word of our own, so that Graph has nothing there.
 */
import type { Reply } from '../../call.ts'
import { countCoverage } from '../../directory/photo-coverage.ts'
import { listPhotoOwners } from '../../directory/photo-owners.ts'
import { readWantedPhoto } from '../query/coverage-options.ts'
import { type Options, readOptions } from '../query/query.ts'
import { formatSkipToken } from '../query/skip-token.ts'
import { at, directory, listOf } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import * as resources from '../resources/resources.ts'
import { collection } from './replies.ts'

const ownersContract = {
  page: undefined,
  options: ['$select', '$top', '$skiptoken', '$search', '$filter'],
  ownOptions: ['photo', 'narrowerThan'],
} as const

export const coverageOperations: readonly Row[] = [
  {
    name: 'listUserPhotos',
    summary: 'Users with and without a photo, by display name. An extension of Visage',
    at: at('GET', '/visage/userPhotos', directory),
    action: 'listEntries',
    resource: 'userPhoto',
    contract: { ...ownersContract, answer: listOf('userPhoto') },
    perform: listUserPhotos,
  },
  {
    name: 'listGroupPhotos',
    summary: 'Groups with and without a photo, by display name. An extension of Visage',
    at: at('GET', '/visage/groupPhotos', directory),
    action: 'listEntries',
    resource: 'groupPhoto',
    contract: { ...ownersContract, answer: listOf('groupPhoto') },
    perform: listGroupPhotos,
  },
  {
    name: 'listPhotoCoverage',
    summary: 'How many users have a photo, by department. An extension of Visage',
    at: at('GET', '/visage/photoCoverage', directory),
    action: 'listEntries',
    resource: 'userPhoto',
    contract: {
      page: undefined,
      options: ['$select', '$top', '$skiptoken'],
      answer: listOf('photoCoverage'),
    },
    perform: listCoverage,
  },
]

async function listUserPhotos(request: Request, parts: Parts): Promise<Reply> {
  const { select, ...page } = pageOf(request)
  const { owners, next } = await listPhotoOwners(parts, 'users', request.caller.tenantId, page)
  const users = owners.map(({ row, photo }) => resources.userPhoto(row, photo, select))
  return collection(request, 'visage/userPhotos', users, continueAt(next))
}

async function listGroupPhotos(request: Request, parts: Parts): Promise<Reply> {
  const { select, ...page } = pageOf(request)
  const { owners, next } = await listPhotoOwners(parts, 'groups', request.caller.tenantId, page)
  const groups = owners.map(({ row, photo }) => resources.groupPhoto(row, photo, select))
  return collection(request, 'visage/groupPhotos', groups, continueAt(next))
}

function pageOf(request: Request) {
  const { select, where, top, after } = readOptions(request)
  return { select, where, top, after, photo: readWantedPhoto(request.address.query) }
}

async function listCoverage(request: Request, parts: Parts): Promise<Reply> {
  const { select, top, after } = readOptions(request)
  const asked = { top: top + 1, after: after?.name }
  const found = await countCoverage(parts, request.caller.tenantId, asked)
  const page = found.slice(0, top)
  const last = found.length > top ? page.at(-1) : undefined
  const next = last && { name: last.department, id: '' }
  const shown = page.map(one => resources.photoCoverage(one, select))
  return collection(request, 'visage/photoCoverage', shown, continueAt(next))
}

function continueAt(next: Options['after']): Readonly<Record<string, string>> | undefined {
  return next && { $skiptoken: formatSkipToken(next) }
}
