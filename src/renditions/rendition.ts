/**
 * One JPEG inside a pack: its pixels, and its position in the bytes.
 */
export type Rendition = Readonly<{
  width: number
  height: number
  /** Bytes from the start of the pack. */
  offset: number
  /** Bytes. */
  length: number
}>

/**
 * 'square': centre-cropped, in every size of the table that fits (users, groups, teams).
 * 'whole': the aspect ratio is kept and there is one rendition (contacts).
 */
export type Framing = 'square' | 'whole'

/** All renditions of one photo, largest first; the first one is the photo itself. */
export type RenderedPack = Readonly<{ bytes: Uint8Array; renditions: readonly Rendition[] }>
