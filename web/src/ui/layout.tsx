/** The few shapes that every view is made of. A view has one Page, whose heading gets the focus when it is opened. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactNode, useId } from 'react'

const useStyles = makeStyles({
  page: {
    display: 'flex',
    flexDirection: 'column',
    rowGap: '32px',
    animationName: {
      from: { opacity: 0, translate: '0 6px' },
      to: { opacity: 1, translate: '0 0' },
    },
    animationDuration: tokens.durationSlow,
    animationTimingFunction: tokens.curveDecelerateMid,
  },
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    justifyContent: 'space-between',
    gap: '16px 24px',
  },
  titles: { display: 'flex', flexDirection: 'column', rowGap: '8px', minWidth: 0 },
  heading: {
    margin: 0,
    fontSize: 'clamp(26px, 3.2vw, 34px)',
    lineHeight: 1.2,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.02em',
    color: tokens.colorNeutralForeground1,
    outlineStyle: 'none',
  },
  lead: {
    margin: 0,
    maxWidth: '68ch',
    textWrap: 'pretty',
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    color: tokens.colorNeutralForeground2,
  },
  section: { display: 'flex', flexDirection: 'column', rowGap: '16px', minWidth: 0 },
  sectionHeading: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.01em',
  },
  smallSection: { display: 'flex', flexDirection: 'column', rowGap: '8px', minWidth: 0 },
  smallHeading: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  stack: { display: 'flex', flexDirection: 'column', minWidth: 0 },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px 12px', minWidth: 0 },
  s: { rowGap: '8px' },
  m: { rowGap: '16px' },
  l: { rowGap: '28px' },
  narrow: { maxWidth: '720px' },
  card: {
    padding: 'clamp(20px, 4vw, 32px)',
    borderRadius: '16px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    boxShadow: '0 1px 2px rgb(20 20 40 / 4%), 0 8px 24px -12px rgb(20 20 40 / 8%)',
    minWidth: 0,
  },
  quiet: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground3,
  },
})

type Children = Readonly<{ children: ReactNode }>

type PageProps = Children & Readonly<{ title: ReactNode; lead?: ReactNode; actions?: ReactNode }>

/** The one h1 of the view. The frame finds it by its id to move the focus there. */
export const headingId = 'heading'

export function Page({ title, lead, actions, children }: PageProps) {
  const styles = useStyles()
  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <div className={styles.titles}>
          <h1 id={headingId} tabIndex={-1} className={styles.heading}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  )
}

/** `small`: one of several within a card. */
type SectionProps = Children & Readonly<{ title: ReactNode; size?: 'usual' | 'small' }>

export function Section({ title, size = 'usual', children }: SectionProps) {
  const styles = useStyles()
  const id = useId()
  const isSmall = size === 'small'
  return (
    <section className={isSmall ? styles.smallSection : styles.section} aria-labelledby={id}>
      <h2 id={id} className={isSmall ? styles.smallHeading : styles.sectionHeading}>
        {title}
      </h2>
      {children}
    </section>
  )
}

export function Stack({ gap = 'm', children }: Children & Readonly<{ gap?: 's' | 'm' | 'l' }>) {
  const styles = useStyles()
  return <div className={mergeClasses(styles.stack, styles[gap])}>{children}</div>
}

/** For what would be lost in the full width: a few lines, a few choices. */
export function Narrow({ children }: Children) {
  const styles = useStyles()
  return <div className={mergeClasses(styles.stack, styles.l, styles.narrow)}>{children}</div>
}

/** Side by side, in as many lines as it takes. */
export function Row({ children }: Children) {
  return <div className={useStyles().row}>{children}</div>
}

export function Card({ children }: Children) {
  return <div className={useStyles().card}>{children}</div>
}

/** A sentence beside the matter. */
export function Quiet({ children }: Children) {
  return <p className={useStyles().quiet}>{children}</p>
}
