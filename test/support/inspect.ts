/** Inspects the header of an upload with the default limits. */
import { admitUpload } from '../../src/renditions/inspect.ts'
import { defaultLimits } from '../../src/renditions/limits.ts'

export async function inspectUpload(bytes: Uint8Array, limits = defaultLimits) {
  const { format, width, height } = await admitUpload(bytes, limits)
  return { format, width, height }
}
