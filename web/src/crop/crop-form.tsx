/**
 * The opened picture with everything that moves it: the stage, the controls beside it, remarks, Save. The view, how
 * the picture lies under the circle, is kept here; what is saved is computed from it and from nothing else.
 */
import { useId, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { useWords } from '../words/use-words.ts'
import { CropControls } from './crop-controls.tsx'
import { CropStage } from './crop-stage.tsx'
import { type Cut, planCut } from './cut.ts'
import { areaOf, type Stage, startView, type View } from './moves.ts'
import { Previews } from './previews.tsx'
import { Remarks } from './remarks.tsx'
import type { OpenPicture } from './use-picture.ts'
import type { Saving } from './use-saving.ts'
import { useSpokenView } from './use-spoken-view.ts'

type Props = Readonly<{
  picture: OpenPicture
  name: string
  saving: Saving
  waiting: string | undefined
  onSave: (cut: Cut) => void
  onCancel: () => void
}>

export function CropForm({ picture, name, saving, waiting, onSave, onCancel }: Props) {
  const words = useWords()
  const keysId = useId()
  const [view, setView] = useState(startView)
  const [stage, setStage] = useState<Stage>()
  const spoken = useSpokenView(view, stage)
  const area = stage && areaOf(view, stage)
  const cut = area && planCut(area, picture.size, view.turns)
  const isSaving = saving.state === 'running'
  // What is being saved stays under the circle.
  const change = (next: (view: View) => View) => {
    if (!isSaving) setView(next)
  }
  const save = () => cut && onSave(cut)
  const parts = { picture, view, stage, onChange: change }
  return (
    <div className="crop" aria-busy={isSaving}>
      <div>
        <CropStage {...parts} keysId={keysId} onStage={setStage} onSave={save} />
        <p id={keysId} className="crop-keys">
          {words.crop.keys}
        </p>
      </div>
      <div className="crop-side">
        <Previews picture={picture} area={area} turns={view.turns} name={name} />
        <CropControls {...parts} />
        <Remarks cut={cut} cutter={picture.cutter} saving={saving} waiting={waiting} />
        <div className="crop-actions">
          <Button disabled={isSaving && waiting === undefined} onClick={onCancel}>
            {words.common.cancel}
          </Button>
          <Button look="primary" aria-busy={isSaving} onClick={save}>
            {words.common.save}
          </Button>
        </div>
      </div>
      <p className="crop-spoken" role="status">
        {spoken}
      </p>
    </div>
  )
}
