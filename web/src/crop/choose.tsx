/**
 * The ways a picture comes in: the file picker, a file dropped anywhere on the view, a picture pasted. None looks at
 * the file: the crop dialog opens it and says what is wrong with it.
 */
import type { Ref } from 'react'
import { FileButton } from '../ui/file-button.tsx'
import { ImageIcon } from '../ui/picture-icons.tsx'
import { useWords } from '../words/use-words.ts'
import { useDroppedFiles } from './drop.ts'
import { usePastedPicture } from './paste.ts'
import './choose.css'

/** What browsers can read everywhere. Phones turn their HEIC into JPEG for it. */
export const accept = 'image/jpeg,image/png,image/webp,image/avif,image/gif'

type ChooseProps = Readonly<{
  label: string
  look?: 'primary' | 'secondary' | undefined
  disabled?: boolean | undefined
  /** Of the file input. */
  ref?: Ref<HTMLInputElement> | undefined
  onChosen: (file: Blob) => void
}>

export function ChoosePhoto({ label, look, disabled, ref, onChosen }: ChooseProps) {
  return (
    <FileButton
      look={look}
      icon={<ImageIcon />}
      accept={accept}
      disabled={disabled}
      ref={ref}
      onChosen={([file]) => onChosen(file)}
    >
      {label}
    </FileButton>
  )
}

/** Once on a view, while a photo may be chosen. Shows itself only while a file is dragged over the page. */
export function DropAndPaste({ onChosen }: Readonly<{ onChosen: (file: Blob) => void }>) {
  const words = useWords().crop
  const isOver = useDroppedFiles(([file]) => onChosen(file))
  usePastedPicture(onChosen)
  return isOver ? <DropTarget>{words.dropHere}</DropTarget> : null
}

/** Over everything while files are dragged over the page. */
export function DropTarget({ children }: Readonly<{ children: string }>) {
  return (
    <div className="drop-target">
      <div className="drop-target-frame">
        <ImageIcon fontSize={48} aria-hidden />
        {children}
      </div>
    </div>
  )
}
