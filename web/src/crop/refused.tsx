/** The dialog for a file that cannot become a photo: why, and another try. */
import { useLayoutEffect, useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { NoImageIcon } from '../ui/picture-icons.tsx'
import { useWords } from '../words/use-words.ts'
import { ChoosePhoto } from './choose.tsx'
import { explainRefusal } from './explain-refusal.ts'
import type { Refusal } from './open-picture.ts'

type Props = Readonly<{
  refusal: Refusal
  onCancel: () => void
  onChosen: (file: Blob) => void
}>

export function Refused({ refusal, onCancel, onChosen }: Props) {
  const words = useWords()
  const another = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => another.current?.focus(), [])
  return (
    <div className="crop">
      <div className="crop-stage">
        <div className="crop-refused">
          <NoImageIcon fontSize={48} aria-hidden />
        </div>
      </div>
      <div className="crop-side">
        <p className="crop-refused-why" role="alert">
          {explainRefusal(words.crop, refusal)}
        </p>
        <div className="crop-actions">
          <Button onClick={onCancel}>{words.common.cancel}</Button>
          <ChoosePhoto ref={another} label={words.crop.chooseAnother} onChosen={onChosen} />
        </div>
      </div>
    </div>
  )
}
