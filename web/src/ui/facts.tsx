/** Names and what they are, one pair a line: claims, headers. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { Fragment, type ReactNode } from 'react'

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gridTemplateColumns: 'minmax(120px, max-content) minmax(0, 1fr)',
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    '@media (max-width: 600px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  name: {
    paddingBlock: '6px',
    paddingInlineEnd: '20px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    fontFamily: tokens.fontFamilyMonospace,
    color: tokens.colorNeutralForeground3,
    '@media (max-width: 600px)': { paddingBottom: 0 },
  },
  value: {
    margin: 0,
    paddingBlock: '6px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    fontFamily: tokens.fontFamilyMonospace,
    color: tokens.colorNeutralForeground1,
    '@media (max-width: 600px)': { paddingTop: 0, borderTop: 'none' },
  },
  first: { borderTop: 'none' },
  note: {
    display: 'block',
    fontFamily: tokens.fontFamilyBase,
    color: tokens.colorNeutralForeground3,
  },
  chips: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
  chip: {
    paddingInline: '8px',
    borderRadius: '6px',
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
  },
})

export type Fact = Readonly<{
  name: string
  /** A list is shown as chips. */
  value: ReactNode | readonly string[]
  note?: string | undefined
}>

export function Facts({ facts }: Readonly<{ facts: readonly Fact[] }>) {
  const styles = useStyles()
  return (
    <dl className={styles.list}>
      {facts.map(({ name, value, note }, at) => (
        <Fragment key={name}>
          <dt className={mergeClasses(styles.name, at === 0 && styles.first)}>{name}</dt>
          <dd className={mergeClasses(styles.value, at === 0 && styles.first)}>
            {Array.isArray(value) ? <Chips texts={value} /> : value}
            {note !== undefined && <span className={styles.note}>{note}</span>}
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}

function Chips({ texts }: Readonly<{ texts: readonly string[] }>) {
  const styles = useStyles()
  return (
    <span className={styles.chips}>
      {texts.map(text => (
        <span key={text} className={styles.chip}>
          {text}
        </span>
      ))}
    </span>
  )
}
