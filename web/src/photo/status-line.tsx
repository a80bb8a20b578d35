/**
 * One line about the photo: what it is, what happens to it, what has happened, the undo. Its place is kept, so that
 * nothing moves when it says something else.
 */
import { Button } from '../ui/button.tsx'
import { SuccessIcon } from '../ui/icons.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useWords } from '../words/use-words.ts'
import type { Act, News, Photo, State } from './panel-state.ts'
import styles from './status-line.module.css'
import { UndoOffer } from './undo-offer.tsx'

type LineProps = Readonly<{
  state: State
  send: (act: Act) => void
  framing: 'circle' | 'whole'
  /** Whose photo it is; undefined: one's own. */
  name: string | undefined
}>

export function StatusLine(props: LineProps) {
  return (
    <div role="status" className={styles.line}>
      <Said {...props} />
    </div>
  )
}

function Said({ state, send, framing, name }: LineProps) {
  const words = useWords().photo
  const { phase, undo, photo } = state
  switch (phase.name) {
    case 'confirming':
      return phase.news === 'saved' || phase.news === 'restored' ? words.confirming : words.reading
    case 'removing':
    case 'restoring':
      return <Progress text={words[phase.name]} left={phase.pause?.secondsLeft ?? 0} send={send} />
    case 'ready':
    case 'unreadable':
      if (phase.news) return <NewsLine news={phase.news} name={name} />
  }
  if (undo) return <UndoOffer undo={undo} send={send} />
  return <Facts photo={photo} framing={framing} />
}

type ProgressProps = Readonly<{ text: string; left: number; send: (act: Act) => void }>

/** `left`: seconds that a busy server is waited for. */
function Progress({ text, left, send }: ProgressProps) {
  const words = useWords()
  if (left === 0) return text
  return (
    <>
      {words.photo.busy({ seconds: left })}
      <Button look="subtle" onClick={() => send({ on: 'cancelled' })}>
        {words.common.cancel}
      </Button>
    </>
  )
}

function NewsLine({ news, name }: Readonly<{ news: News; name: string | undefined }>) {
  const words = useWords().photo
  const isOther = news === 'saved' && name !== undefined
  return (
    <span className={styles.news} data-news={news}>
      {news !== 'changed' && <SuccessIcon aria-hidden="true" />}
      {isOther ? words.savedFor({ name }) : words[news]}
    </span>
  )
}

/** Pixels; the photo without a size is never larger. */
const largestSide = 648

function Facts({
  photo,
  framing,
}: Readonly<{ photo: Photo | 'unread' }> & Pick<LineProps, 'framing'>) {
  const words = useWords().photo
  if (photo === 'unread') return <Skeleton shape="line" width={180} />
  if (photo === 'none') return words.none
  const { width, height } = photo
  const isSmall = framing === 'circle' && Math.min(width, height) < largestSide
  return isSmall ? words.small({ width, height }) : words.size({ width, height })
}
