/** What the parts of the crop form share: the picture, and how it lies under the circle. */
import type { Stage, View } from './moves.ts'
import type { OpenPicture } from './use-picture.ts'

export type PartProps = Readonly<{
  picture: OpenPicture
  view: View
  /** Undefined until the picture has been laid out. */
  stage: Stage | undefined
  onChange: (next: (view: View) => View) => void
}>
