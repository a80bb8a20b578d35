/** Opens a file for the dialog, and frees worker and memory when another file is chosen or the dialog is closed. */
import { useEffect, useState } from 'react'
import type { Size } from './cut.ts'
import { type Cutter, startCutter } from './cutter.ts'
import { openPicture, type Refusal } from './open-picture.ts'

export type OpenPicture = Readonly<{
  /** Of the copy on the screen. */
  address: string
  size: Size
  cutter: Cutter
}>

export type Picture = Readonly<
  { state: 'opening' } | { state: 'refused'; refusal: Refusal } | ({ state: 'open' } & OpenPicture)
>

export function usePicture(file: Blob): Picture {
  const [picture, setPicture] = useState<Picture>({ state: 'opening' })
  useEffect(() => {
    const closing = new AbortController()
    setPicture({ state: 'opening' })
    void open(file, closing.signal).then(opened => {
      if (!closing.signal.aborted) setPicture(opened)
    })
    return () => closing.abort()
  }, [file])
  return picture
}

/** Frees what it has opened when the signal says so, at whatever step it is. */
async function open(file: Blob, closed: AbortSignal): Promise<Picture> {
  try {
    const opened = await openPicture(file)
    if ('refusal' in opened) return { state: 'refused', refusal: opened.refusal }
    const { width, height } = opened.bitmap
    const cutter = await startCutter(opened.bitmap)
    whenClosed(closed, cutter.close)
    const address = URL.createObjectURL(await cutter.show())
    whenClosed(closed, () => URL.revokeObjectURL(address))
    return { state: 'open', address, size: { width, height }, cutter }
  } catch {
    // Decoded, but too much for this browser to draw: phones limit memory.
    return { state: 'refused', refusal: { kind: 'failed' } }
  }
}

function whenClosed(closed: AbortSignal, free: () => void) {
  if (closed.aborted) free()
  else closed.addEventListener('abort', free, { once: true })
}
