/**
 * The picture under the circle. react-easy-crop reads mouse, wheel and fingers; keys are read here, and only while
 * the circle has the focus, so that single letters mean nothing elsewhere.
 */
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import Cropper, { type MediaSize } from 'react-easy-crop'
import 'react-easy-crop/react-easy-crop.css'
import { useWords } from '../words/use-words.ts'
import { changeOfKey } from './keys.ts'
import { largestZoom, type Stage } from './moves.ts'
import type { PartProps } from './part-props.ts'

type Props = PartProps &
  Readonly<{
    /** Of the element that explains the keys. */
    keysId: string
    onStage: (stage: Stage) => void
    onSave: () => void
  }>

export function CropStage({ picture, view, stage, keysId, onChange, onStage, onSave }: Props) {
  const words = useWords().crop
  const frame = useRef<HTMLDivElement>(null)
  const circle = useRef<RefObject<HTMLDivElement | null>>(undefined)
  const media = useRef<MediaSize>(undefined)
  const limit = largestZoom(picture.size)
  const isLaidOut = stage !== undefined
  // Until there is a circle the focus is on the stage: in the dialog, so that Escape works.
  useLayoutEffect(() => frame.current?.focus(), [])
  useEffect(() => {
    if (isLaidOut) circle.current?.current?.focus({ preventScroll: true })
  }, [isLaidOut])

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !stage) return
    const change = changeOfKey(event, limit, stage)
    if (!change && event.key !== 'Enter') return
    event.preventDefault()
    if (change) onChange(change)
    else if (!event.repeat) onSave()
  }

  return (
    <div ref={frame} className="crop-stage" tabIndex={-1}>
      <Cropper
        image={picture.address}
        crop={view.crop}
        zoom={view.zoom}
        rotation={view.turns * 90}
        minZoom={1}
        maxZoom={limit}
        zoomSpeed={0.5}
        aspect={1}
        objectFit="cover"
        cropShape="round"
        showGrid={false}
        disableAutomaticStylesInjection
        onCropChange={crop => onChange(view => ({ ...view, crop }))}
        onZoomChange={zoom => onChange(view => ({ ...view, zoom }))}
        setMediaSize={size => {
          media.current = size
        }}
        setCropSize={({ width }) => {
          if (media.current) onStage({ picture: media.current, circle: width })
        }}
        setCropperRef={ref => {
          circle.current = ref
        }}
        mediaProps={{ draggable: false }}
        classes={{ cropAreaClassName: 'crop-circle' }}
        cropperProps={{
          role: 'application',
          'aria-label': words.circle,
          'aria-describedby': keysId,
          onKeyDown: press,
        }}
      />
    </div>
  )
}
