/** Requests one below the other, the newest first. Each is a button that opens its details beneath it. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { type ReactNode, useId } from 'react'

const wide = '@media (min-width: 760px)'

const useStyles = makeStyles({
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    borderRadius: '16px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'clip',
  },
  entry: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':first-child': { borderTop: 'none' },
  },
  arrived: {
    animationName: {
      from: { backgroundColor: tokens.colorBrandBackground2 },
      to: { backgroundColor: 'transparent' },
    },
    animationDuration: '1.6s',
  },
  row: {
    display: 'grid',
    gridTemplateColumns: 'auto auto minmax(0, 1fr)',
    gap: '4px 10px',
    alignItems: 'baseline',
    alignContent: 'center',
    width: '100%',
    boxSizing: 'border-box',
    minHeight: '48px',
    padding: '10px 16px',
    border: 'none',
    backgroundColor: 'transparent',
    color: tokens.colorNeutralForeground1,
    font: 'inherit',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: 'start',
    overflowWrap: 'anywhere',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
    [wide]: {
      gridTemplateColumns:
        '46px 62px minmax(0, 1fr) minmax(80px, 120px) minmax(0, 220px) 68px 76px',
      gap: '4px 12px',
    },
  },
  open: { backgroundColor: tokens.colorNeutralBackground1Hover },
  status: {
    justifySelf: 'start',
    minWidth: '34px',
    paddingInline: '6px',
    borderRadius: '6px',
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
    textAlign: 'center',
  },
  fine: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    color: tokens.colorStatusSuccessForeground1,
  },
  refused: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground3,
  },
  failed: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorStatusDangerForeground1,
  },
  method: { fontWeight: tokens.fontWeightSemibold },
  path: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    '@media (max-width: 420px)': { gridColumn: '1 / -1' },
  },
  more: {
    gridColumn: '1 / -1',
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: '12px',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    [wide]: { display: 'contents' },
  },
  number: { fontVariantNumeric: 'tabular-nums', [wide]: { textAlign: 'end' } },
  details: {
    padding: '18px 16px 24px',
    backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px dashed ${tokens.colorNeutralStroke2}`,
    [wide]: { paddingInline: '136px 24px' },
  },
})

export type RequestRow = Readonly<{
  id: number
  outcome: 'fine' | 'refused' | 'failed'
  status: string
  method: string
  path: string
  who: string
  decided: string
  duration: string
  time: string
}>

type Props = Readonly<{
  label: string
  rows: readonly RequestRow[]
  /** Requests after this one have just come. */
  arrivedAfter: number
  open: number | undefined
  onOpen: (id: number | undefined) => void
  details: (id: number) => ReactNode
}>

export function RequestList({ label, rows, arrivedAfter, open, onOpen, details }: Props) {
  const styles = useStyles()
  return (
    <ul className={styles.list} aria-label={label}>
      {rows.map(row => (
        <li
          key={row.id}
          className={mergeClasses(styles.entry, row.id > arrivedAfter && styles.arrived)}
        >
          <Entry
            row={row}
            details={row.id === open ? details(row.id) : undefined}
            onToggle={() => onOpen(row.id === open ? undefined : row.id)}
          />
        </li>
      ))}
    </ul>
  )
}

type EntryProps = Readonly<{ row: RequestRow; details: ReactNode; onToggle: () => void }>

function Entry({ row, details, onToggle }: EntryProps) {
  const styles = useStyles()
  const id = useId()
  const isOpen = details !== undefined
  return (
    <>
      <button
        type="button"
        className={mergeClasses(styles.row, isOpen && styles.open)}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={onToggle}
      >
        <span className={mergeClasses(styles.status, styles[row.outcome])}>{row.status}</span>
        <span className={styles.method}>{row.method}</span>
        <span className={styles.path}>{row.path}</span>
        <span className={styles.more}>
          <span>{row.who}</span>
          <span>{row.decided}</span>
          <span className={styles.number}>{row.duration}</span>
          <span className={styles.number}>{row.time}</span>
        </span>
      </button>
      {isOpen && (
        <div id={id} className={styles.details}>
          {details}
        </div>
      )}
    </>
  )
}
