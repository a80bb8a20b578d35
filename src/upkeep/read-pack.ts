/**
 * Reads packs one by one. A single unreadable pack is a fault of that pack; many in a row mean that the medium is
 * unavailable.
 */
import { Failure } from '../failure.ts'
import type { Packs } from '../storage/packs.ts'

export type ReadPack = (
  key: string,
) => Promise<Readonly<{ pack: Uint8Array | undefined; unreadable?: string }>>

/** A bad block of a disk can affect one or two more packs. */
const maxInARow = 20

export function createPackReader(packs: Packs): ReadPack {
  let inARow = 0
  return async key => {
    try {
      const pack = await packs.readWhole(key)
      inARow = 0
      return { pack }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      inARow += 1
      if (inARow > maxInARow) throw error
      return { pack: undefined, unreadable: `its pack cannot be read: ${error.detail}` }
    }
  }
}
