/** GUIDs: the ids of tenants, people and roles in Microsoft's clouds. */

export const guidPattern = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'

const guid = RegExp(`^${guidPattern}$`, 'i')

export function isGuid(text: string): boolean {
  return guid.test(text)
}

/** Ids that are GUIDs compare without case; other issuers' ids compare exactly. */
export function normalizeId(id: string): string {
  return isGuid(id) ? id.toLowerCase() : id
}
