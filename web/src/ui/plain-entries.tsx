/** A list of names, each with a line about it and its own buttons. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: '12px',
  },
  entry: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 12px',
    padding: '6px 14px',
    ':not(:first-child)': { borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  },
  texts: { flexGrow: 1, flexBasis: '180px', minWidth: 0, overflowWrap: 'anywhere' },
  name: { fontWeight: tokens.fontWeightSemibold },
  detail: {
    display: 'block',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
  },
})

type Entry = Readonly<{ id: string; name: string; detail: string; actions: ReactNode }>

export function PlainEntries({ entries }: Readonly<{ entries: readonly Entry[] }>) {
  const styles = useStyles()
  return (
    <ul className={styles.list}>
      {entries.map(({ id, name, detail, actions }) => (
        <li key={id} className={styles.entry}>
          <span className={styles.texts}>
            <span className={styles.name}>{name}</span>
            <span className={styles.detail}>{detail}</span>
          </span>
          {actions}
        </li>
      ))}
    </ul>
  )
}
