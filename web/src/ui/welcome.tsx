/** The page before a sign-in: what it is for, and one large button. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { CheckIcon } from './icons.tsx'
import { headingId } from './layout.tsx'

const useStyles = makeStyles({
  welcome: {
    display: 'grid',
    gap: 'clamp(32px, 6vw, 72px)',
    alignItems: 'center',
    paddingTop: 'clamp(0px, 4vw, 48px)',
    '@media (min-width: 860px)': { gridTemplateColumns: 'minmax(0, 1.1fr) minmax(0, 0.9fr)' },
  },
  text: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', rowGap: '20px' },
  heading: {
    margin: 0,
    fontSize: 'clamp(32px, 5.4vw, 52px)',
    lineHeight: 1.1,
    letterSpacing: '-0.03em',
    fontWeight: tokens.fontWeightSemibold,
    textWrap: 'balance',
    overflowWrap: 'normal',
    outlineStyle: 'none',
  },
  lead: {
    margin: 0,
    maxWidth: '44ch',
    fontSize: '18px',
    lineHeight: 1.55,
    color: tokens.colorNeutralForeground2,
  },
  action: {
    marginTop: '8px',
    '> button': { minHeight: '52px', minWidth: '180px', fontSize: '17px' },
  },
  points: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '10px',
    margin: 0,
    marginTop: '8px',
    padding: 0,
    listStyleType: 'none',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  point: { display: 'flex', alignItems: 'flex-start', columnGap: '10px' },
  check: { display: 'flex', fontSize: '20px', color: tokens.colorBrandForeground1 },
  picture: {
    position: 'relative',
    aspectRatio: '1',
    maxWidth: '240px',
    width: '100%',
    justifySelf: 'center',
    '@media (min-width: 860px)': { maxWidth: '400px' },
  },
  ring: {
    position: 'absolute',
    borderRadius: '50%',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  ring1: { inset: 0 },
  ring2: { inset: '11%' },
  portrait: {
    position: 'absolute',
    inset: '22%',
    animationName: { from: { opacity: 0, scale: 0.94 }, to: { opacity: 1, scale: 1 } },
    animationDuration: '600ms',
    animationTimingFunction: tokens.curveDecelerateMax,
  },
  small: { position: 'absolute', display: 'block' },
  small1: { width: '15%', left: '6%', top: '20%' },
  small2: { width: '11%', right: '9%', top: '10%' },
  small3: { width: '18%', right: '0%', bottom: '22%' },
})

type Props = Readonly<{
  title: string
  lead: string
  points: readonly string[]
  action: ReactNode
  notice?: ReactNode
}>

export function Welcome({ title, lead, points, action, notice }: Props) {
  const styles = useStyles()
  return (
    <div className={styles.welcome}>
      <div className={styles.text}>
        <h1 id={headingId} tabIndex={-1} className={styles.heading}>
          {title}
        </h1>
        <p className={styles.lead}>{lead}</p>
        {notice}
        <div className={styles.action}>{action}</div>
        <ul className={styles.points}>
          {points.map(point => (
            <li key={point} className={styles.point}>
              <span className={styles.check} aria-hidden="true">
                <CheckIcon />
              </span>
              {point}
            </li>
          ))}
        </ul>
      </div>
      <Faces />
    </div>
  )
}

/** The mark, large, and as it will be met elsewhere: small. */
function Faces() {
  const styles = useStyles()
  return (
    <div className={styles.picture} aria-hidden="true">
      <span className={mergeClasses(styles.ring, styles.ring1)} />
      <span className={mergeClasses(styles.ring, styles.ring2)} />
      <Drawn className={styles.portrait} ground="#4f46e5" />
      <Drawn className={mergeClasses(styles.small, styles.small1)} ground="#0f9d8a" />
      <Drawn className={mergeClasses(styles.small, styles.small2)} ground="#e0692f" />
      <Drawn className={mergeClasses(styles.small, styles.small3)} ground="#b5459e" />
    </div>
  )
}

function Drawn({ className, ground }: Readonly<{ className: string | undefined; ground: string }>) {
  return (
    <svg className={className} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="16" fill={ground} />
      <circle cx="16" cy="11.5" r="5" fill="#fff" />
      <path
        d="M6.2 24.4c1-3.9 3.2-6.1 6.3-6.8L16 24l3.5-6.4c3.1.7 5.3 2.9 6.3 6.8A12.9 12.9 0 0 1 16 29a12.9 12.9 0 0 1-9.8-4.6Z"
        fill="#fff"
      />
    </svg>
  )
}
