/**
 * Pictures that were read, by address, up to a number of bytes; the longest unchecked go first. That somebody has no
 * picture is kept, too.
 */

export type KeptFace = Readonly<{
  /** Undefined: there is none. */
  picture: Blob | undefined
  etag: string | undefined
  checkedMs: number
}>

export type KeptFaces = Readonly<{
  get: (path: string) => KeptFace | undefined
  put: (path: string, face: KeptFace) => void
  /** Those whose path begins so. */
  forget: (beginning: string) => void
}>

const defaults = { bytes: 24 * 1024 * 1024, entries: 4000 }

export function keepFaces(limits = defaults): KeptFaces {
  const kept = new Map<string, KeptFace>()
  let bytes = 0

  function drop(path: string): void {
    bytes -= kept.get(path)?.picture?.size ?? 0
    kept.delete(path)
  }

  return {
    get: path => kept.get(path),
    put(path, face) {
      drop(path)
      kept.set(path, face)
      bytes += face.picture?.size ?? 0
      for (const oldest of kept.keys()) {
        if (bytes <= limits.bytes && kept.size <= limits.entries) return
        drop(oldest)
      }
    },
    forget(beginning) {
      for (const path of [...kept.keys()]) if (path.startsWith(beginning)) drop(path)
    },
  }
}
