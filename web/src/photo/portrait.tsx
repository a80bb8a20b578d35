/** The photo of the panel in one size: a grey shape of that size while it loads, initials where there is none. */
import { Face, useObjectUrl } from '../ui/face.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './portrait.module.css'
import { usePhoto, usePicture } from './use-picture.ts'

type PortraitProps = Readonly<{
  name: string
  /** CSS pixels. */
  size: number
  /** `photo`: screen readers hear whose photo it is, or that there is none. */
  label?: 'photo'
}>

export function Portrait({ name, size, label }: PortraitProps) {
  const picture = usePicture(size)
  const spoken = useLabel(name)
  if (picture === 'loading' || picture === 'failed') {
    return <Skeleton shape="circle" width={size} height={size} />
  }
  return (
    <Face
      name={name}
      size={size}
      picture={picture instanceof Blob ? picture : undefined}
      {...(label && { label: spoken })}
    />
  )
}

/** A contact's photo is the picture as it is. Until there is one, initials stand in a circle. */
export function WholePicture({ name, size }: PortraitProps) {
  const photo = usePhoto()
  const picture = usePicture(size)
  const address = useObjectUrl(picture instanceof Blob ? picture : undefined)
  const spoken = useLabel(name)
  if (typeof photo === 'string' || picture === 'missing') {
    return <Portrait name={name} size={size} label="photo" />
  }
  const scale = size / Math.max(photo.width, photo.height)
  const box = { width: photo.width * scale, height: photo.height * scale }
  if (address === undefined) return <Skeleton shape="block" {...box} />
  return <img className={styles.whole} src={address} alt={spoken} {...box} />
}

function useLabel(name: string): string {
  const { photoOf, noPhotoOf } = useWords().common
  return usePhoto() === 'none' ? noPhotoOf({ name }) : photoOf({ name })
}
