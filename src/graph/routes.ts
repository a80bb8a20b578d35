/**
 * Path + method -> operation: the rows of operations.ts by path, and the matcher. Permissions and
 * the existence of the target are checked later.
 */
import { isRead } from '../call.ts'
import { Failure } from '../failure.ts'
import type { Resource } from '../permissions/tables.ts'
import { type NotServed, notServed } from './not-served.ts'
import { operations } from './operations/operations.ts'
import type { Address, Segment } from './request/address.ts'
import type { Match, Method, Operation, TargetKind } from './request/operation.ts'
import type { Perform, Row } from './request/request.ts'
import type { Version } from './resources/schema.ts'

type Performed = Operation & Readonly<{ perform: Perform; target: TargetKind }>

/** The operations at one path. */
export type Route = Readonly<{
  path: string
  /** The target of its GET, or of its first operation. */
  target: TargetKind
  on: Readonly<Partial<Record<Method, Performed>>>
  /** Default: every version. */
  versions?: readonly Version[]
}>

const targets = [
  'userEntry',
  'user',
  'groupEntry',
  'group',
  'teamEntry',
  'team',
  'contact',
  'directory',
  'mailbox',
  'folder',
] as const satisfies TargetKind[]

export const routes: readonly Route[] = listRoutes(operations)

function listRoutes(rows: readonly Row[]): Route[] {
  const found = new Map<string, Route>()
  for (const row of rows) {
    const { name, summary, action, contract, perform, versions } = row
    for (const { method, path, target } of row.at) {
      const resource = row.resource === 'target' ? photoResource(target) : row.resource
      const operation = { name, summary, action, resource, contract, perform, target }
      const known = found.get(path) ?? { path, target }
      const on = { ...found.get(path)?.on, [method]: operation }
      found.set(path, { ...known, on, ...(versions && { versions }) })
    }
  }
  // Grouped by target, the order in documents and messages.
  return targets.flatMap(target => [...found.values()].filter(route => route.target === target))
}

function photoResource(target: TargetKind): Resource {
  switch (target) {
    case 'user':
    case 'group':
    case 'team':
    case 'contact':
      return target
    default:
      throw new TypeError(`a ${target} has no photo`)
  }
}

/** A segment with $, such as `$count`, is never a key, except in parentheses. */
export const keyPattern = /^[^$]/

type Node = {
  readonly names: Map<string, Node>
  key?: { name: string; node: Node }
  route?: Route
  notServed?: NotServed
}

const root: Node = { names: new Map() }
for (const route of routes) nodeAt(root, route.path).route ??= route
for (const one of notServed) nodeAt(root, one.path).notServed = one

/**
 * The operation at an address. As in Graph, names are compared without case; keys are not changed.
 */
export function match(address: Address, method: string): Match & Pick<Performed, 'perform'> {
  const keys = new Map<string, string[]>()
  let node = root
  for (const segment of address.segments) {
    node = step(node, segment, keys)
    if (node.notServed !== undefined) refuseNotServed(node.notServed, address, method)
  }
  const { route } = node
  if (route === undefined || route.versions?.includes(address.version) === false) {
    throw unknownSegment(address.segments.at(-1)?.text ?? '')
  }
  return toMatch(route, operationFor(route, method), address, keys)
}

function step(node: Node, segment: Segment, keys: Map<string, string[]>): Node {
  const named = segment.isKey ? undefined : node.names.get(segment.text.toLowerCase())
  if (named !== undefined) return named
  const isKey = segment.isKey || keyPattern.test(segment.text)
  if (node.key === undefined || !isKey) throw unknownSegment(segment.text)
  const { name, node: next } = node.key
  const known = keys.get(name)
  if (known) known.push(segment.text)
  else keys.set(name, [segment.text])
  return next
}

/** Throws Failure 'operation-not-served' or 'user-not-found' in the versions of the row. */
function refuseNotServed(
  { only, what, instead, missing }: NotServed,
  { version }: Address,
  method: string,
): void {
  if (only !== undefined && only !== version) return
  if (missing !== undefined && isRead({ method })) {
    throw new Failure('user-not-found', {
      facts: { id: missing },
      detail: `${what} is not served here. ${instead}`,
    })
  }
  throw new Failure('operation-not-served', { facts: { what, instead } })
}

function operationFor(route: Route, method: string): Performed {
  const operation = route.on[(method === 'HEAD' ? 'GET' : method) as Method]
  if (operation === undefined) {
    throw new Failure('method-not-allowed', { facts: { allow: allowedMethods(route) } })
  }
  return operation
}

/** For the Allow header. */
function allowedMethods(route: Route): readonly string[] {
  return Object.keys(route.on).flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

function toMatch(
  { path }: Route,
  { name, action, resource, contract, perform, target }: Performed,
  { segments }: Address,
  keys: ReadonlyMap<string, string[]>,
) {
  return {
    operation: name,
    action,
    resource,
    contract,
    perform,
    path,
    target,
    isMe: segments[0]?.text.toLowerCase() === 'me',
    user: keys.get('user')?.[0],
    group: (keys.get('group') ?? keys.get('team'))?.[0],
    folders: keys.get('folder') ?? [],
    contact: keys.get('contact')?.[0],
    object: keys.get('object')?.[0],
    size: keys.get('size')?.[0],
  }
}

function unknownSegment(segment: string): Failure {
  return new Failure('segment-unknown', { facts: { segment: segment.slice(0, 100) } })
}

/** The node of a path, which is added if the tree does not have it. */
function nodeAt(top: Node, path: string): Node {
  let node = top
  let folderNode: Node | undefined
  for (const part of path.split('/').slice(1)) {
    if (part.startsWith('{')) {
      const name = part.slice(1, -1)
      // A child folder uses the node of the outer folder, so folders can be nested to any depth.
      node.key ??= {
        name,
        node: name === 'folder' && folderNode ? folderNode : { names: new Map() },
      }
      node = node.key.node
      if (name === 'folder') folderNode = node
    } else {
      const next = node.names.get(part.toLowerCase()) ?? { names: new Map() }
      node.names.set(part.toLowerCase(), next)
      node = next
    }
  }
  return node
}
