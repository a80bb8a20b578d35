/**
 * Somebody changed the photo while this person prepared another: theirs beside mine, and the choice. Nothing is
 * replaced that was not seen. Esc keeps theirs, as nothing then changes on the server.
 */
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Face } from '../ui/face.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { useWords } from '../words/use-words.ts'
import styles from './conflict-dialog.module.css'
import type { Act, Phase } from './panel-state.ts'
import { isWaiting } from './panel-steps.ts'
import { Portrait } from './portrait.tsx'
import { useWidth } from './use-width.ts'

type Choosing = Extract<Phase, { name: 'conflict' | 'replacing' }>
type ConflictProps = Readonly<{ phase: Choosing; name: string; send: (act: Act) => void }>

/** CSS pixels: of a circle where there is room, and between the two. */
const largestSide = 144
const gap = 24

/** Inside the version of theirs: `Portrait` is their photo. */
export function ConflictDialog({ phase, name, send }: ConflictProps) {
  const words = useWords().photo
  const [room, width] = useWidth()
  const side = width === 0 ? largestSide : Math.min(largestSide, Math.floor((width - gap) / 2))
  const isBusy = phase.name === 'replacing' || !phase.theirs
  return (
    <Dialog title={words.conflictTitle} kind="question" onClose={() => send({ on: 'show theirs' })}>
      <p className={styles.question}>
        {phase.theirs === 'none' ? words.theyRemoved : words.conflictQuestion}
      </p>
      <div ref={room} className={styles.pair}>
        <figure className={styles.one}>
          <Portrait name={name} size={side} />
          <figcaption>{words.theirs}</figcaption>
        </figure>
        <figure className={styles.one}>
          <Face name={name} picture={phase.mine} size={side} />
          <figcaption>{words.mine}</figcaption>
        </figure>
      </div>
      <Progress phase={phase} send={send} />
      <div className={styles.answers}>
        <Button disabled={isBusy} onClick={() => send({ on: 'show theirs' })}>
          {words.showTheirs}
        </Button>
        <Button look="primary" disabled={isBusy} onClick={() => send({ on: 'use mine' })}>
          {words.useMine}
        </Button>
      </div>
    </Dialog>
  )
}

function Progress({ phase, send }: Pick<ConflictProps, 'phase' | 'send'>) {
  const words = useWords().photo
  if (phase.name === 'conflict') {
    if (!phase.problem) return null
    return phase.theirs ? (
      <ErrorNotice problem={phase.problem} />
    ) : (
      <ErrorNotice problem={phase.problem} onRetry={() => send({ on: 'try again' })} />
    )
  }
  return (
    <p role="status" className={styles.progress}>
      {isWaiting(phase) ? words.busy({ seconds: phase.pause?.secondsLeft ?? 0 }) : words.saving}
    </p>
  )
}
