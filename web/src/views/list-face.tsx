/** A face in a list: initials until its picture is there, which is asked for only while the face is in the document. */
import { useEffect, useState } from 'react'
import { contactFace, type FaceAddress, faceSize, sizedFace } from '../graph/face-sizes.ts'
import { createFaces, type Faces } from '../graph/faces.ts'
import type { Graph } from '../graph/graph.ts'
import { Face } from '../ui/face.tsx'

/** The faces of one view. */
export function useFaces(graph: Graph, permissions: readonly string[]): Faces {
  const [faces] = useState(() =>
    createFaces({
      graph,
      permissions,
      elapsed: () => performance.now(),
      later: (callback, ms) => setTimeout(callback, ms),
    }),
  )
  useEffect(() => faces.close, [faces])
  return faces
}

type Props = Readonly<{
  faces: Faces
  /** Such as '/users/ID'. */
  owner: string
  name: string
  size: number
  /** Another number asks anew. */
  edition?: number
}>

export function ListFace({ faces, owner, name, size, edition = 0 }: Props) {
  const picture = usePicture(faces, addressOf(owner, size), edition)
  return <Face name={name} picture={picture} size={size} />
}

function addressOf(owner: string, size: number): FaceAddress {
  return owner.includes('/contacts/')
    ? contactFace(owner)
    : sizedFace(owner, faceSize(size, devicePixelRatio))
}

function usePicture(faces: Faces, address: FaceAddress, edition: number): Blob | undefined {
  const { path, whole } = address
  const [shown, setShown] = useState({ path, picture: faces.known(address) })
  // Another edition is another picture.
  useEffect(() => {
    const leaving = new AbortController()
    faces.show({ path, whole }, leaving.signal).then(
      picture => setShown({ path, picture }),
      // Left, or no answer: the initials stay. The view itself says what is wrong with the server.
      () => undefined,
    )
    return () => leaving.abort()
  }, [faces, path, whole, edition])
  return shown.path === path ? shown.picture : faces.known(address)
}
