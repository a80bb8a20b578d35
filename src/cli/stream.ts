/** Writes output of any length at the speed of its reader, as long as there is one. */
import { once } from 'node:events'
import type { Output } from './terminal.ts'

/** Resolves with false if the reader has closed: then the rest is not needed. */
export async function writeTo(stream: Output, text: string): Promise<boolean> {
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
