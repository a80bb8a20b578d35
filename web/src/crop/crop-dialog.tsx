/**
 * From a chosen file to the photo that is saved: opens the file, says why it cannot be used, or lets it be moved,
 * zoomed and turned under a circle. Where the photo goes is the matter of `onSave`.
 */
import { useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { useWords } from '../words/use-words.ts'
import { DropAndPaste } from './choose.tsx'
import { CropForm } from './crop-form.tsx'
import { Opening } from './opening.tsx'
import { Refused } from './refused.tsx'
import { usePicture } from './use-picture.ts'
import { useSaving } from './use-saving.ts'
import './crop.css'

type Props = Readonly<{
  /** Any bytes. */
  file: Blob
  /** Whose photo it becomes. */
  name: string
  /** Given a square JPEG. When it fails the dialog stays open and says why. */
  onSave: (jpeg: Blob) => Promise<void>
  onCancel: () => void
  /** Said while `onSave` waits for a busy server. Waiting can be cancelled, a change under way cannot. */
  waiting?: string | undefined
}>

export function CropDialog({ file, name, onSave, onCancel, waiting }: Props) {
  const words = useWords().crop
  const [chosen, setChosen] = useState(file)
  const picture = usePicture(chosen)
  const [saving, save] = useSaving(picture, onSave)
  const isSaving = saving.state === 'running'
  const cancel = () => {
    if (!isSaving || waiting !== undefined) onCancel()
  }
  return (
    <Dialog title={picture.state === 'refused' ? words.refused : words.title} onClose={cancel}>
      {picture.state === 'opening' && <Opening onCancel={cancel} />}
      {picture.state === 'refused' && (
        <Refused refusal={picture.refusal} onCancel={cancel} onChosen={setChosen} />
      )}
      {picture.state === 'open' && (
        <CropForm
          key={picture.address}
          picture={picture}
          name={name}
          saving={saving}
          waiting={waiting}
          onSave={save}
          onCancel={cancel}
        />
      )}
      {!isSaving && <DropAndPaste onChosen={setChosen} />}
    </Dialog>
  )
}
