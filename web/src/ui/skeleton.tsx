/** The place of what is still loading, in its size from the beginning. It is seen after 300 ms: faster loads do not blink. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  skeleton: {
    display: 'block',
    flexShrink: 0,
    maxWidth: '100%',
    backgroundColor: tokens.colorNeutralBackground3,
    animationName: [
      { from: { visibility: 'hidden' }, to: { visibility: 'hidden' } },
      { '0%': { opacity: 1 }, '50%': { opacity: 0.55 }, '100%': { opacity: 1 } },
    ],
    animationDuration: '300ms, 1800ms',
    animationDelay: '0ms, 300ms',
    animationIterationCount: '1, infinite',
    animationTimingFunction: 'linear, ease-in-out',
  },
  circle: { borderRadius: '50%' },
  line: { borderRadius: '6px' },
  block: { borderRadius: '12px' },
})

type Props = Readonly<{
  shape: 'circle' | 'line' | 'block'
  /** CSS pixels, or a CSS length. */
  width?: number | string
  height?: number | string
}>

export function Skeleton({ shape, width = '100%', height = shape === 'line' ? 16 : width }: Props) {
  const styles = useStyles()
  return (
    <span
      className={mergeClasses(styles.skeleton, styles[shape])}
      style={{ width, height }}
      aria-hidden="true"
    />
  )
}
