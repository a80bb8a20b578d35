/**
 * The commands of a panel as calls of the public API for one owner: each change says which photo it replaces, and the
 * first question also asks whether a change is allowed.
 */

import type { Graph } from '../graph/graph.ts'
import { askMayChange } from '../graph/may-change.ts'
import { type Owner, readPhoto, readPicture, removePhoto, replacePhoto } from '../graph/photos.ts'
import type { Server } from './panel.ts'
import type { Photo } from './panel-state.ts'

/** `rights`: whether the first question asks for them, for which the page may have to be left. */
export function serverOf(graph: Graph, owner: Owner, rights: 'asked' | 'unasked'): Server {
  const read = async (signal: AbortSignal): Promise<Photo> =>
    (await readPhoto(graph, owner, signal)) ?? 'none'
  return {
    async open(signal) {
      const [photo, refusal] = await Promise.all([
        read(signal),
        rights === 'asked' ? askMayChange(graph, owner, signal) : undefined,
      ])
      return { photo, refusal }
    },
    read,
    put: (jpeg, former) => replacePhoto(graph, owner, jpeg, etagOf(former)),
    async remove(former) {
      const etag = etagOf(former)
      if (etag === undefined) return undefined
      const jpeg = await readPicture(graph, owner)
      await removePhoto(graph, owner, etag)
      return jpeg
    },
  }
}

function etagOf(photo: Photo): string | undefined {
  return photo === 'none' ? undefined : photo.etag
}
