/**
 * The picture of the photo that is shown, in the size that is sharp on this screen. While a new version is fetched the
 * former one stays: nothing turns grey in between.
 */
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Graph } from '../graph/graph.ts'
import { type Owner, pictureSizeFor, readPicture } from '../graph/photos.ts'
import type { Photo } from './panel-state.ts'
import { createPictures, type Picture, type Pictures } from './pictures.ts'

export type Version = Readonly<{ photo: Photo | 'unread'; pictures: Pictures }>

/** A new set of pictures for each etag; the former one is closed. */
export function useVersion(graph: Graph, owner: Owner, photo: Photo | 'unread'): Version {
  const etag = typeof photo === 'string' ? photo : photo.etag
  const pictures = useMemo(
    () => createPictures((size, signal) => readPicture(graph, owner, size, signal)),
    [graph, owner, etag],
  )
  useEffect(() => () => pictures.close(), [pictures])
  return useMemo(() => ({ photo, pictures }), [photo, pictures])
}

const nothing: Version = {
  photo: 'unread',
  pictures: createPictures(() => Promise.resolve(undefined)),
}

export const VersionContext = createContext<Version>(nothing)

/** `side` is in CSS pixels. 'missing': initials stand for it. */
export function usePicture(side: number): Picture {
  const { photo, pictures } = useContext(VersionContext)
  const size =
    typeof photo === 'string' ? undefined : pictureSizeFor(photo, side, window.devicePixelRatio)
  const subscribe = useCallback((changed: () => void) => pictures.subscribe(changed), [pictures])
  const picture = useSyncExternalStore(subscribe, () => pictures.get(size))
  const isThere = typeof photo !== 'string'
  useEffect(() => {
    if (isThere) pictures.want(size)
  }, [pictures, size, isThere])
  return useFormerWhileLoading(isThere ? picture : photo === 'none' ? 'missing' : 'loading')
}

function useFormerWhileLoading(picture: Picture): Picture {
  const [former, setFormer] = useState(picture)
  if (picture !== 'loading' && picture !== former) setFormer(picture)
  return picture === 'loading' ? former : picture
}

/** Why the pictures that are shown could not be fetched, and another try. */
export function usePictureTrouble(): readonly [unknown, () => void] {
  const { pictures } = useContext(VersionContext)
  const subscribe = useCallback((changed: () => void) => pictures.subscribe(changed), [pictures])
  return [useSyncExternalStore(subscribe, pictures.problem), pictures.retry]
}

export function usePhoto(): Photo | 'unread' {
  return useContext(VersionContext).photo
}
