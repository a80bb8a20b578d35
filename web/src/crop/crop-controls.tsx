/** Zoom and turns as controls, for whoever uses neither wheel nor fingers nor the keys of the circle. */
import { Button } from '../ui/button.tsx'
import {
  ResetIcon,
  TurnLeftIcon,
  TurnRightIcon,
  ZoomInIcon,
  ZoomOutIcon,
} from '../ui/picture-icons.tsx'
import { Slider } from '../ui/slider.tsx'
import { useWords } from '../words/use-words.ts'
import { largestZoom, type Stage, startView, turnBy, type View, zoomStep, zoomTo } from './moves.ts'
import type { PartProps } from './part-props.ts'

type Move = (view: View, stage: Stage) => View

export function CropControls({ picture, view, stage, onChange }: PartProps) {
  const words = useWords().crop
  const limit = largestZoom(picture.size)
  const percent = `${Math.round(view.zoom * 100)} %`
  const apply = (move: Move) => {
    if (stage) onChange(view => move(view, stage))
  }
  const zoomBy = (step: number) =>
    apply((view, stage) => zoomTo(view, view.zoom + step, limit, stage))
  return (
    <div className="crop-controls">
      <div className="crop-zoom">
        <Button
          look="subtle"
          icon={<ZoomOutIcon />}
          aria-label={words.zoomOut}
          onClick={() => zoomBy(-zoomStep)}
        />
        <Slider
          label={words.zoom}
          value={view.zoom}
          min={1}
          // A slider needs a way to go: a picture of 48 pixels has none.
          max={Math.max(limit, 1.01)}
          step={0.01}
          disabled={limit === 1}
          valueText={percent}
          onChange={zoom => apply((view, stage) => zoomTo(view, zoom, limit, stage))}
        />
        <Button
          look="subtle"
          icon={<ZoomInIcon />}
          aria-label={words.zoomIn}
          onClick={() => zoomBy(zoomStep)}
        />
        <span className="crop-percent" aria-hidden="true">
          {percent}
        </span>
      </div>
      <div className="crop-turns">
        <Button
          icon={<TurnLeftIcon />}
          onClick={() => apply((view, stage) => turnBy(view, -1, stage))}
        >
          {words.turnLeft}
        </Button>
        <Button
          icon={<TurnRightIcon />}
          onClick={() => apply((view, stage) => turnBy(view, 1, stage))}
        >
          {words.turnRight}
        </Button>
        <Button
          look="subtle"
          icon={<ResetIcon />}
          aria-label={words.reset}
          title={words.reset}
          onClick={() => apply(() => startView)}
        />
      </div>
    </div>
  )
}
