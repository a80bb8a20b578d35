/**
 * "Removed." with Undo, for a few seconds. Who removed with the keyboard is on Undo then. The time stands still while the
 * pointer or a focus that is shown is on it: a click leaves the focus, too.
 */
import { useEffect, useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { UndoIcon } from '../ui/picture-icons.tsx'
import { useWords } from '../words/use-words.ts'
import { type Act, type Undo, undoSeconds } from './panel-state.ts'
import styles from './undo-offer.module.css'

type UndoProps = Readonly<{ undo: Undo; send: (act: Act) => void }>

export function UndoOffer({ undo, send }: UndoProps) {
  const words = useWords()
  const offer = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    // Remove had the focus and is gone.
    if (document.activeElement === document.body) offer.current?.querySelector('button')?.focus()
  }, [])
  return (
    <fieldset
      ref={offer}
      aria-label={words.photo.removed}
      className={styles.offer}
      onPointerEnter={() => send({ on: 'hold' })}
      onPointerLeave={event => {
        if (!event.currentTarget.querySelector(':focus-visible')) send({ on: 'release' })
      }}
      onFocus={({ target }) => {
        if (target.matches(':focus-visible')) send({ on: 'hold' })
      }}
      onBlur={event => {
        if (!event.currentTarget.matches(':hover')) send({ on: 'release' })
      }}
    >
      <span>{words.photo.removed}</span>
      <Button look="subtle" icon={<UndoIcon />} onClick={() => send({ on: 'undo' })}>
        {words.common.undo}
      </Button>
      <span
        aria-hidden="true"
        className={styles.time}
        style={{ transform: `scaleX(${undo.secondsLeft / undoSeconds})` }}
      />
    </fieldset>
  )
}
