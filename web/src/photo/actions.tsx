/** What can be done with the photo: choose, take, drop or paste another, remove it. Nothing, where that is refused. */
import { Suspense, useEffect, useRef, useState } from 'react'
import { hasCamera } from '../crop/camera.ts'
import { ChoosePhoto, DropAndPaste } from '../crop/choose.tsx'
import { Button } from '../ui/button.tsx'
import { CameraIcon, RemoveIcon } from '../ui/picture-icons.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './actions.module.css'
import type { Act, State } from './panel-state.ts'
import { prepareCrop, TakePicture } from './parts.ts'

type ActionsProps = Readonly<{
  state: State
  send: (act: Act) => void
  /** Whether this kind of photo can be removed at all. */
  canRemove: boolean
}>

export function Actions({ state, send, canRemove }: ActionsProps) {
  const words = useWords()
  const [isTaking, setTaking] = useState(false)
  const { photo, phase } = state
  const buttons = useFocusAfterRemoval(state)
  if (state.refusal) return null
  const choose = (file: Blob) => {
    setTaking(false)
    send({ on: 'chosen', chosen: file })
  }
  const isUnread = photo === 'unread'
  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it has nothing to operate; its handlers load what a click will need */}
      <div
        className={styles.actions}
        ref={buttons}
        onPointerEnter={prepareCrop}
        onFocus={prepareCrop}
      >
        <ChoosePhoto label={words.common.choosePhoto} onChosen={choose} disabled={isUnread} />
        {hasCamera() && (
          <Button icon={<CameraIcon />} disabled={isUnread} onClick={() => setTaking(true)}>
            {words.photo.take}
          </Button>
        )}
        {canRemove && typeof photo !== 'string' && (
          <Button look="subtle" icon={<RemoveIcon />} onClick={() => send({ on: 'remove' })}>
            {words.common.remove}
          </Button>
        )}
      </div>
      <p className={`${styles.hint} ${styles.byHand}`}>{words.photo.byHand}</p>
      {!canRemove && typeof photo !== 'string' && (
        <p className={styles.hint}>{words.photo.cannotRemove}</p>
      )}
      {phase.name === 'ready' && !isTaking && <DropAndPaste onChosen={choose} />}
      {isTaking && (
        <Suspense>
          <TakePicture onTaken={choose} onCancel={() => setTaking(false)} />
        </Suspense>
      )}
    </div>
  )
}

/** Remove goes away with the photo, and Undo with its use or its time: a focus that Undo does not take moves to the first button. */
function useFocusAfterRemoval({ undo, phase }: State) {
  const buttons = useRef<HTMLDivElement>(null)
  const stage = phase.name === 'restoring' ? 'restoring' : undo ? 'undo' : 'other'
  const former = useRef(stage)
  useEffect(() => {
    if (former.current === stage) return
    former.current = stage
    if (document.activeElement === document.body) {
      buttons.current?.querySelector<HTMLElement>('input, button')?.focus()
    }
  }, [stage])
  return buttons
}
