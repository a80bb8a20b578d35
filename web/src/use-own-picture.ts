/** The picture of the person themselves, for the header. */
import { useEffect, useState } from 'react'
import type { Graph } from './graph/graph.ts'
import { type Owner, pictureSizeFor, readPhoto, readPicture } from './graph/photos.ts'

const me: Owner = { path: '/me', permissions: ['User.ReadWrite'] }
/** The larger of the two places where it is shown. */
const cssPixels = 48

/** Read anew for each number of `changes`. The header does without one where it cannot be had. */
export function useOwnPicture(graph: Graph, changes: number): Blob | undefined {
  const [picture, setPicture] = useState<Blob>()
  // Another number of changes means another picture.
  useEffect(() => {
    let isWanted = true
    const show = (found: Blob | undefined) => {
      if (isWanted) setPicture(found)
    }
    readOwnPicture(graph).then(show, () => show(undefined))
    return () => {
      isWanted = false
    }
  }, [graph, changes])
  return picture
}

async function readOwnPicture(graph: Graph): Promise<Blob | undefined> {
  const photo = await readPhoto(graph, me)
  if (!photo) return undefined
  return await readPicture(graph, me, pictureSizeFor(photo, cssPixels, devicePixelRatio))
}
