/** What a header says of an upload, with the limits of a server without settings. */
import { admitUpload } from '../../src/renditions/inspect.ts'
import { defaultLimits } from '../../src/renditions/limits.ts'

export async function inspectUpload(bytes: Uint8Array, limits = defaultLimits) {
  const { format, width, height } = await admitUpload(bytes, limits)
  return { format, width, height }
}
