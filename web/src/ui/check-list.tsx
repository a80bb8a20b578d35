/** Any number of many, as a list of native check boxes that scrolls in its own frame. */
import { makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  set: { margin: 0, padding: 0, border: 'none', minWidth: 0 },
  legend: {
    padding: 0,
    marginBottom: '6px',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  above: { marginBottom: '8px' },
  list: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(240px, 100%), 1fr))',
    maxHeight: '248px',
    overflowY: 'auto',
    margin: 0,
    padding: '6px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: '12px',
    backgroundColor: tokens.colorNeutralBackground1,
  },
  entry: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '10px',
    minHeight: '36px',
    paddingInline: '10px',
    borderRadius: '8px',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':has(:focus-visible)': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
  box: {
    flexShrink: 0,
    width: '18px',
    height: '18px',
    margin: 0,
    accentColor: tokens.colorCompoundBrandBackground,
    outlineStyle: 'none',
  },
})

type Props = Readonly<{
  legend: string
  options: readonly string[]
  chosen: ReadonlySet<string>
  onChange: (chosen: ReadonlySet<string>) => void
  /** Between the legend and the list, such as a field that narrows it. */
  children?: ReactNode
}>

export function CheckList({ legend, options, chosen, onChange, children }: Props) {
  const styles = useStyles()
  const toggle = (option: string) => {
    const next = new Set(chosen)
    if (!next.delete(option)) next.add(option)
    onChange(next)
  }
  return (
    <fieldset className={styles.set}>
      <legend className={styles.legend}>{legend}</legend>
      {children && <div className={styles.above}>{children}</div>}
      <div className={styles.list}>
        {options.map(option => (
          <label key={option} className={styles.entry}>
            <input
              type="checkbox"
              className={styles.box}
              checked={chosen.has(option)}
              onChange={() => toggle(option)}
            />
            {option}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
