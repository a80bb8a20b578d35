/** The parts of the panel that come when they are needed: the crop, the camera, the choice after somebody's change. */
import { type ComponentType, lazy } from 'react'
import { PartGone } from '../ui/boundary.tsx'

/** It is not there any more after Visage was updated. */
function part<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => {
    try {
      return { default: await load() }
    } catch (error) {
      throw new PartGone('A part of the page cannot be loaded.', { cause: error })
    }
  })
}

const loadCrop = async () => (await import('../crop/crop-dialog.tsx')).CropDialog

export const CropDialog = part(loadCrop)
export const TakePicture = part(async () => (await import('../crop/take-picture.tsx')).TakePicture)
export const ConflictDialog = part(
  async () => (await import('./conflict-dialog.tsx')).ConflictDialog,
)

/** Before somebody chooses a picture: they may be offline when they have chosen. */
export function prepareCrop(): void {
  // If it fails now, opening the crop says so.
  loadCrop().catch(() => undefined)
}
