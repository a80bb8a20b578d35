/**
 * The types of the operations table: where an operation is, what it requires of the caller, its
 * input and its output. The rows are in operations/, each above its function.
 */
import type { FailureCode } from '../../failure.ts'
import type { Action, Resource } from '../../permissions/tables.ts'
import type { EntityName } from '../resources/schema.ts'
import type { Body } from './body.ts'

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'

/**
 * The kind of target that an address names, which is looked up first. The columns that Graph shows of it are read only
 * where it is an entry; a request for a photo does not need them.
 */
export type TargetKind =
  | 'directory'
  | 'user'
  | 'userEntry'
  | 'group'
  | 'groupEntry'
  | 'team'
  | 'teamEntry'
  | 'mailbox'
  | 'folder'
  | 'contact'

/** `path` is like `/users/{user}/photo`. GET includes HEAD. */
export type Endpoint = Readonly<{ method: Method; path: string; target: TargetKind }>

export type Option =
  | '$select'
  | '$top'
  | '$skip'
  | '$skiptoken'
  | '$search'
  | '$filter'
  | '$orderby'
  | '$count'
  | '$expand'

/** Options of Visage's extensions, without a $. */
export type OwnOption = 'photo' | 'narrowerThan'

export type Contract = Readonly<{
  /** The page of Microsoft Graph that documents it; undefined for an extension of Visage. */
  page: string | undefined
  ownOptions?: readonly OwnOption[]
  /** The supported query options; default: none. */
  options?: readonly Option[]
  /** How many a page has without $top; default: 100. */
  defaultTop?: number
  /** 'photo' is the bytes of a picture; otherwise JSON. */
  body?: 'photo' | Body
  answer:
    | Readonly<{ kind: 'entity' | 'created' | 'list' | 'count'; type: EntityName }>
    | Readonly<{ kind: 'photo' | 'ok' | 'no-content' }>
  /** Failures beyond those that such operations have in common. */
  refusals?: readonly FailureCode[]
  /** The supported conditional headers: If-None-Match for 304, or those of a write. */
  conditions?: 'read' | 'write'
}>

/** An operation at one path. */
export type Operation = Readonly<{
  name: string
  summary: string
  action: Action
  resource: Resource
  contract: Contract
}>

export type Match = Readonly<{
  /** Its name. */
  operation: string
  action: Action
  resource: Resource
  contract: Contract
  /** As in the table: `/users/{user}/photo`. */
  path: string
  target: TargetKind
  /** The user named in the path; undefined for /me and where no user is named. */
  user: string | undefined
  /** The path begins with /me. */
  isMe: boolean
  /** The group's or the team's id. */
  group: string | undefined
  /** The folders of the path, outermost first. */
  folders: readonly string[]
  contact: string | undefined
  /** A person of a group, or a deleted person or group. */
  object: string | undefined
  size: string | undefined
}>

type Prefixes = Readonly<{ target: TargetKind; paths: readonly string[] }>

const users = ['/me', '/users/{user}']
const outerFolders = users.map(path => `${path}/contactFolders/{folder}`)
// childFolders/{folder} can repeat, to any depth: see `insert` in routes.ts.
const folders = outerFolders.flatMap(path => [path, `${path}/childFolders/{folder}`])

export const directory: Prefixes = { target: 'directory', paths: [''] }
export const user: Prefixes = { target: 'user', paths: users }
export const userEntry: Prefixes = { ...user, target: 'userEntry' }
export const group: Prefixes = { target: 'group', paths: ['/groups/{group}'] }
export const groupEntry: Prefixes = { ...group, target: 'groupEntry' }
export const team: Prefixes = {
  target: 'team',
  paths: [
    '/teams/{team}',
    '/groups/{team}/team',
    ...users.map(path => `${path}/joinedTeams/{team}`),
  ],
}
export const teamEntry: Prefixes = { ...team, target: 'teamEntry' }
export const mailbox: Prefixes = { target: 'mailbox', paths: users }
export const outerFolder: Prefixes = { target: 'folder', paths: outerFolders }
export const folder: Prefixes = { target: 'folder', paths: folders }
export const contact: Prefixes = {
  target: 'contact',
  paths: [...users, ...folders].map(path => `${path}/contacts/{contact}`),
}

/** The endpoints of `rest` under each prefix. */
export function at(method: Method, rest: string, ...prefixes: readonly Prefixes[]): Endpoint[] {
  return prefixes.flatMap(({ target, paths }) =>
    paths.map(prefix => ({ method, path: prefix + rest, target })),
  )
}

export const selectOnly = ['$select'] as const
export const searchable = [
  '$select',
  '$top',
  '$skiptoken',
  '$search',
  '$filter',
  '$orderby',
  '$count',
] as const
/** Lists in the order of ids. */
export const searchableById = [
  '$select',
  '$top',
  '$skiptoken',
  '$search',
  '$filter',
  '$count',
] as const
export const countable = ['$search', '$filter'] as const

export const one = (type: EntityName) => ({ kind: 'entity', type }) as const
export const countOf = (type: EntityName) => ({ kind: 'count', type }) as const
export const listOf = (type: EntityName) => ({ kind: 'list', type }) as const
export const created = (type: EntityName) => ({ kind: 'created', type }) as const
