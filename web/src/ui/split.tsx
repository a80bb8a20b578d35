/**
 * A list with what is chosen in it beside it. On a narrow screen one of both: the list, or what is chosen with a way back.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from './button.tsx'

const narrow = '@media (max-width: 899px)'

const useStyles = makeStyles({
  split: {
    display: 'grid',
    gridTemplateColumns: 'minmax(280px, 360px) minmax(0, 1fr)',
    alignItems: 'start',
    columnGap: '24px',
    [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  list: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '12px',
    minWidth: 0,
    boxSizing: 'border-box',
    padding: '12px',
    borderRadius: '16px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    boxShadow: '0 1px 2px rgb(20 20 40 / 4%), 0 8px 24px -12px rgb(20 20 40 / 8%)',
  },
  panel: {
    position: 'sticky',
    top: '88px',
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    rowGap: '16px',
    [narrow]: { position: 'static' },
  },
  back: {
    alignSelf: 'flex-start',
    marginInlineStart: '-12px',
    '@media (min-width: 900px)': { display: 'none' },
  },
  hidden: { [narrow]: { display: 'none' } },
})

type Props = Readonly<{
  list: ReactNode
  /** What is chosen, or a hint to choose. */
  panel: ReactNode
  /** On a narrow screen the panel is shown in place of the list. */
  isChosen: boolean
  back: string
  onBack: () => void
}>

export function Split({ list, panel, isChosen, back, onBack }: Props) {
  const styles = useStyles()
  const place = useRef<HTMLDivElement>(null)
  const wasChosen = useRef(isChosen)
  useEffect(() => {
    if (wasChosen.current === isChosen) return
    wasChosen.current = isChosen
    if (isNarrow()) moveFocus(place.current, isChosen)
  }, [isChosen])
  return (
    <div ref={place} className={styles.split}>
      <div className={mergeClasses(styles.list, isChosen && styles.hidden)}>{list}</div>
      <div className={mergeClasses(styles.panel, !isChosen && styles.hidden)}>
        {isChosen && (
          <Button
            look="subtle"
            icon={<ArrowLeftRegular />}
            className={styles.back}
            onClick={onBack}
          >
            {back}
          </Button>
        )}
        {panel}
      </div>
    </div>
  )
}

function isNarrow(): boolean {
  return matchMedia(narrow.replace('@media ', '')).matches
}

/** What had the focus is hidden now: to the way back, or to the list. */
function moveFocus(place: HTMLElement | null, isChosen: boolean): void {
  const target = isChosen ? '[data-back]' : '[role=option][tabindex="0"]'
  const element = place?.querySelector<HTMLElement>(target)
  if (isChosen) scrollTo({ top: 0 })
  element?.focus({ preventScroll: isChosen })
}
