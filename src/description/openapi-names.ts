/** The names of keys and operations in the OpenAPI document. */
import type { Operation } from '../graph/request/operation.ts'
import type { Route } from '../graph/routes.ts'

/** The names of these keys in Microsoft's own document. */
const keyNames: Readonly<Record<string, string>> = {
  user: 'user-id',
  group: 'group-id',
  team: 'team-id',
  folder: 'contactFolder-id',
  contact: 'contact-id',
  object: 'directoryObject-id',
  size: 'profilePhoto-id',
}

/** `/me/contactFolders/{contactFolder-id}/childFolders/{contactFolder-id1}`: no name stands twice. */
export function toTemplate(path: string): string {
  const seen = new Map<string, number>()
  return path.replace(/\{(\w+)\}/g, (_whole, key: string) => {
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return `{${keyNames[key] ?? key}${count === 0 ? '' : count}}`
  })
}

/** `me.photo.value.updatePhoto`; `.patch` is added for PATCH where PUT does the same. */
export function nameOperation(route: Route, method: string, operation: Operation): string {
  const names = route.path.split('/').filter(part => /^\$?[a-z]/i.test(part))
  const isSecond = method === 'PATCH' && route.on.PUT?.name === operation.name
  return [...names, operation.name, ...(isSecond ? ['patch'] : [])].join('.').replaceAll('$', '')
}
