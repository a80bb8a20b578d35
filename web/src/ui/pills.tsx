/** One of a few, as radio buttons that look like pills. */
import { makeStyles, tokens } from '@fluentui/react-components'
import { useId } from 'react'

const useStyles = makeStyles({
  group: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '3px',
    margin: 0,
    padding: '3px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: '12px',
    backgroundColor: tokens.colorNeutralBackground3,
  },
  pill: {
    position: 'relative',
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    whiteSpace: 'nowrap',
    minHeight: '34px',
    boxSizing: 'border-box',
    paddingInline: '14px',
    '@media (max-width: 479px)': { flexGrow: 1, paddingInline: '6px' },
    borderRadius: '9px',
    cursor: 'pointer',
    color: tokens.colorNeutralForeground1,
    ':has(:checked)': {
      color: tokens.colorNeutralForeground1Selected,
      backgroundColor: tokens.colorNeutralBackground1Selected,
      boxShadow: tokens.shadow2,
      fontWeight: tokens.fontWeightSemibold,
      '@media (forced-colors: active)': {
        backgroundColor: 'Highlight',
        color: 'HighlightText',
        forcedColorAdjust: 'none',
      },
    },
    ':has(:focus-visible)': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  input: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    height: '100%',
    margin: 0,
    opacity: 0,
    cursor: 'pointer',
  },
  seen: { display: 'flex', flexDirection: 'column', rowGap: '6px', alignItems: 'flex-start' },
  label: {
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  legend: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
})

type Props<Value extends string> = Readonly<{
  label: string
  /** Whether the label is on the page, too. */
  labelIs?: 'heard' | 'seen'
  options: readonly Readonly<{ value: Value; label: string }>[]
  value: Value
  onChange: (value: Value) => void
}>

export function Pills<Value extends string>(props: Props<Value>) {
  const { label, labelIs = 'heard', options, value, onChange } = props
  const styles = useStyles()
  const name = useId()
  const pills = (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{label}</legend>
      {options.map(option => (
        <label key={option.value} className={styles.pill}>
          <input
            type="radio"
            name={name}
            className={styles.input}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  )
  if (labelIs === 'heard') return pills
  return (
    <div className={styles.seen}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {pills}
    </div>
  )
}
