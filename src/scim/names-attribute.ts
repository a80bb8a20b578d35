/** Whether a body names an attribute: an empty list of members removes all of them, a missing one none. */
import { isObject } from '../json.ts'

/** In any case, behind the URN of a schema, or in the object of an extension. */
export function namesAttribute(body: unknown, name: string): boolean {
  if (!isObject(body)) return false
  return Object.entries(body).some(([key, value]) => {
    const last = key.slice(key.lastIndexOf(':') + 1).toLowerCase()
    return last === name || (key.includes(':') && isObject(value) && namesAttribute(value, name))
  })
}
