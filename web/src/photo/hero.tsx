/** The large photo with the name, what there is to say about it, and what can be done. */
import { ErrorNotice } from '../ui/notice.tsx'
import { Actions } from './actions.tsx'
import styles from './hero.module.css'
import type { Act, State } from './panel-state.ts'
import { Portrait, WholePicture } from './portrait.tsx'
import { StatusLine } from './status-line.tsx'
import { Unlock } from './unlock.tsx'
import type { PanelInUse } from './use-panel.ts'
import { usePictureTrouble } from './use-picture.ts'
import { useWidth } from './use-width.ts'

type HeroProps = Readonly<{
  panel: PanelInUse
  name: string
  isOwn: boolean
  about: string | undefined
  canRemove: boolean
  /** While the right to change has not been asked for. */
  onUnlock: (() => void) | undefined
  /** A circle, or the whole picture in its ratio. */
  framing: 'circle' | 'whole'
}>

/** CSS pixels: there is room for the words beside the picture. */
const besideWidth = 480

/** The picture is the larger, the more room there is; CSS pixels. */
const sizes = [
  { from: 860, size: 300 },
  { from: 640, size: 240 },
  { from: 0, size: 200 },
] as const

export function Hero({ panel, name, isOwn, about, canRemove, onUnlock, framing }: HeroProps) {
  const { state, send } = panel
  const [room, width] = useWidth()
  const size = sizes.find(({ from }) => width >= from)?.size ?? 200
  return (
    <div ref={room} className={styles.hero} data-stacked={width < besideWidth}>
      <div className={styles.picture} data-ring={framing === 'circle' ? ringOf(state) : undefined}>
        {framing === 'circle' ? (
          <Portrait name={name} size={size} label="photo" />
        ) : (
          <WholePicture name={name} size={size} />
        )}
      </div>
      <div className={styles.beside}>
        <div>
          <p className={styles.name}>{name}</p>
          {about !== undefined && <p className={styles.about}>{about}</p>}
        </div>
        <StatusLine state={state} send={send} framing={framing} name={isOwn ? undefined : name} />
        {onUnlock ? (
          <Unlock onUnlock={onUnlock} />
        ) : (
          <Actions state={state} send={send} canRemove={canRemove} />
        )}
        <div className={styles.trouble}>
          <Trouble state={state} send={send} />
        </div>
      </div>
    </div>
  )
}

/** The ring around the circle turns while something is under way, and lights up once when a photo is new. */
function ringOf({ phase }: State): 'working' | 'new' | undefined {
  switch (phase.name) {
    case 'confirming':
    case 'removing':
    case 'restoring':
      return 'working'
    case 'ready':
      return phase.news === 'saved' || phase.news === 'restored' ? 'new' : undefined
    default:
      return undefined
  }
}

/** Why something cannot be done, or was not. */
function Trouble({ state, send }: Readonly<{ state: State; send: (act: Act) => void }>) {
  const { phase, refusal } = state
  const [pictureProblem, retryPictures] = usePictureTrouble()
  if (refusal) return <ErrorNotice tone="info" problem={refusal} />
  if (phase.name === 'unreadable') {
    return <ErrorNotice problem={phase.problem} onRetry={() => send({ on: 'try again' })} />
  }
  if (phase.name === 'ready' && phase.problem) return <ErrorNotice problem={phase.problem} />
  return pictureProblem ? <ErrorNotice problem={pictureProblem} onRetry={retryPictures} /> : null
}
