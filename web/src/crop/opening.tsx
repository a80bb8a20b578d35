/** The dialog while a file is opened: everything has its place already, and the focus stays in the dialog. */
import { useLayoutEffect, useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { useWords } from '../words/use-words.ts'

export function Opening({ onCancel }: Readonly<{ onCancel: () => void }>) {
  const words = useWords()
  const cancel = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => cancel.current?.focus(), [])
  return (
    <div className="crop" aria-busy="true">
      <div className="crop-stage">
        <p className="crop-opening" role="status">
          {words.crop.opening}
        </p>
      </div>
      <div className="crop-side">
        <div className="crop-actions">
          <Button ref={cancel} onClick={onCancel}>
            {words.common.cancel}
          </Button>
        </div>
      </div>
    </div>
  )
}
