/** The mark: a person whose collar is a V. Also in icon.svg, for the browser's tab. */
import { makeStyles, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  brand: {
    display: 'inline-flex',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalMNudge,
    color: tokens.colorNeutralForeground1,
    fontSize: '18px',
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.01em',
  },
  mark: { display: 'block', flexShrink: 0, forcedColorAdjust: 'none' },
})

export function Mark({ size }: Readonly<{ size: number }>) {
  const styles = useStyles()
  return (
    <svg className={styles.mark} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="16" fill="#4f46e5" />
      <circle cx="16" cy="11.5" r="5" fill="#fff" />
      <path
        d="M6.2 24.4c1-3.9 3.2-6.1 6.3-6.8L16 24l3.5-6.4c3.1.7 5.3 2.9 6.3 6.8A12.9 12.9 0 0 1 16 29a12.9 12.9 0 0 1-9.8-4.6Z"
        fill="#fff"
      />
    </svg>
  )
}

export function Brand({ name }: Readonly<{ name: string }>) {
  const styles = useStyles()
  return (
    <span className={styles.brand}>
      <Mark size={28} />
      {name}
    </span>
  )
}
