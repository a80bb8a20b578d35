/**
 * The pictures of one version of a photo, each size fetched once, when something first shows it. Where some cannot be
 * fetched, the last reason is kept, and all of them can be tried again.
 */

/** `missing`: the server has none by now. `failed`: it could not be fetched. */
export type Picture = Blob | 'loading' | 'missing' | 'failed'

/** A side of the table in pixels; undefined: the photo as large as it is. */
export type Size = number | undefined

export type Pictures = Readonly<{
  get: (size: Size) => Picture
  /** Fetches it, at the first call. */
  want: (size: Size) => void
  /** Why pictures could not be fetched. */
  problem: () => unknown
  /** Fetches again what could not be fetched. */
  retry: () => void
  subscribe: (changed: () => void) => () => void
  close: () => void
}>

export function createPictures(
  fetchPicture: (size: Size, signal: AbortSignal) => Promise<Blob | undefined>,
): Pictures {
  const pictures = new Map<Size, Picture>()
  const listeners = new Set<() => void>()
  const closing = new AbortController()
  let problem: unknown

  function keep(size: Size, picture: Picture): void {
    if (closing.signal.aborted) return
    pictures.set(size, picture)
    for (const listener of listeners) listener()
  }

  function fetchOne(size: Size): void {
    keep(size, 'loading')
    void fetchPicture(size, closing.signal).then(
      blob => keep(size, blob ?? 'missing'),
      (error: unknown) => {
        problem = error
        keep(size, 'failed')
      },
    )
  }

  return {
    get: size => pictures.get(size) ?? 'loading',
    want(size) {
      if (!pictures.has(size)) fetchOne(size)
    },
    problem: () => problem,
    retry() {
      problem = undefined
      const failed = [...pictures].filter(([, picture]) => picture === 'failed')
      for (const [size] of failed) fetchOne(size)
    },
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    close() {
      closing.abort()
      listeners.clear()
    },
  }
}
