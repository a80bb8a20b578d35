/** Output of any length: no faster than its reader takes it, and only while there is one. */
import { once } from 'node:events'

/** Resolves with false when nobody reads any more: then the rest is not needed. */
export async function writeTo(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  if (!stream.writable) return false
  if (!stream.write(text)) {
    const wasTaken = await once(stream, 'drain').then(
      () => true,
      () => false,
    )
    if (!wasTaken) return false
  }
  return stream.writable
}
