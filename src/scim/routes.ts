/**
 * Method and path below /scim/v2 -> operation. The names of endpoints are read in any case; a trailing slash means
 * nothing.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.2
 */
import type { Call } from '../call.ts'
import { Failure } from '../failure.ts'
import { showConfig, showResourceTypes, showSchemas } from './describe.ts'
import { createGroup, deleteGroup, patchGroup, readGroup, replaceGroup } from './groups.ts'
import { listResources, searchResources } from './list.ts'
import type { Match, Perform } from './request.ts'
import { createUser, deleteUser, patchUser, readUser, replaceUser } from './users.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Operation = readonly [name: string, perform: Perform]
type Route = Readonly<Partial<Record<Method, Operation>>>

/** `{id}` is any text without a slash. */
const routes: Readonly<Record<string, Route>> = {
  '/users': {
    GET: ['scimListUsers', listResources(['User'])],
    POST: ['scimCreateUser', createUser],
  },
  '/users/.search': { POST: ['scimSearchUsers', searchResources(['User'])] },
  '/users/{id}': {
    GET: ['scimReadUser', readUser],
    PUT: ['scimReplaceUser', replaceUser],
    PATCH: ['scimPatchUser', patchUser],
    DELETE: ['scimDeleteUser', deleteUser],
  },
  '/groups': {
    GET: ['scimListGroups', listResources(['Group'])],
    POST: ['scimCreateGroup', createGroup],
  },
  '/groups/.search': { POST: ['scimSearchGroups', searchResources(['Group'])] },
  '/groups/{id}': {
    GET: ['scimReadGroup', readGroup],
    PUT: ['scimReplaceGroup', replaceGroup],
    PATCH: ['scimPatchGroup', patchGroup],
    DELETE: ['scimDeleteGroup', deleteGroup],
  },
  '/.search': { POST: ['scimSearch', searchResources(['User', 'Group'])] },
  '/': { GET: ['scimList', listResources(['User', 'Group'])] },
  '/serviceproviderconfig': { GET: ['scimConfig', showConfig] },
  '/resourcetypes': { GET: ['scimResourceTypes', showResourceTypes] },
  '/resourcetypes/{id}': { GET: ['scimResourceTypes', showResourceTypes] },
  '/schemas': { GET: ['scimSchemas', showSchemas] },
  '/schemas/{id}': { GET: ['scimSchemas', showSchemas] },
}

const base = /^\/scim\/v2(?=[/?]|$)/i

export function isScim({ url }: Pick<Call, 'url'>): boolean {
  return base.test(url)
}

/** Throws Failure 'segment-unknown', 'method-not-allowed', 'address-malformed'. */
export function match({ method, url }: Pick<Call, 'method' | 'url'>): Match {
  const [path = '', query = ''] = splitOnce(url.replace(base, ''), '?')
  const { route, name, id } = findRoute(path.split('/').filter(part => part !== ''))
  const wanted = method === 'HEAD' ? 'GET' : method
  const [, operation] = Object.entries(route).find(([known]) => known === wanted) ?? []
  if (operation === undefined) {
    throw new Failure('method-not-allowed', { facts: { allow: Object.keys(route) } })
  }
  const [title, perform] = operation
  return {
    operation: title,
    path: `/scim/v2${name}`,
    perform,
    id,
    query: new URLSearchParams(query),
    writes: wanted !== 'GET' && !name.endsWith('.search'),
  }
}

function findRoute(parts: readonly string[]) {
  const [first = '', second, ...more] = parts.map(decode)
  const fixed = `/${[first, second].filter(part => part !== undefined).join('/')}`.toLowerCase()
  if (more.length === 0) {
    for (const name of [fixed, `/${first.toLowerCase()}/{id}`]) {
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined
      if (route === undefined || (name.endsWith('{id}') && second === undefined)) continue
      return { route, name, id: second ?? '' }
    }
  }
  throw new Failure('segment-unknown', { facts: { segment: second ?? first } })
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new Failure('address-malformed', { facts: { reason: 'broken percent-encoding' }, cause })
  }
}
