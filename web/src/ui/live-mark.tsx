/** Whether something on the page is kept up to date: a dot and a word. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  mark: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '8px',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground2,
  },
  dot: { width: '10px', height: '10px', borderRadius: '50%' },
  live: {
    backgroundColor: tokens.colorStatusSuccessBackground3,
    animationName: { '50%': { opacity: 0.35 } },
    animationDuration: '2s',
    animationIterationCount: 'infinite',
  },
  paused: { backgroundColor: tokens.colorNeutralForeground3 },
  broken: { backgroundColor: tokens.colorStatusDangerBackground3 },
})

export type Liveness = 'live' | 'paused' | 'broken'

export function LiveMark({ state, text }: Readonly<{ state: Liveness; text: string }>) {
  const styles = useStyles()
  return (
    <span className={styles.mark} role="status">
      <span className={mergeClasses(styles.dot, styles[state])} aria-hidden="true" />
      {text}
    </span>
  )
}
