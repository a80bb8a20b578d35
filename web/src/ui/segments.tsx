/** One of a few, side by side: native radio buttons, so arrow keys and screen readers need nothing of ours. */
import { makeStyles, tokens } from '@fluentui/react-components'
import { type ReactElement, useId } from 'react'

const useStyles = makeStyles({
  set: { margin: 0, padding: 0, border: 'none', minWidth: 0, maxWidth: '420px' },
  legend: {
    padding: 0,
    marginBottom: '6px',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
  },
  track: {
    display: 'grid',
    gridAutoColumns: 'minmax(0, 1fr)',
    gridAutoFlow: 'column',
    gap: '3px',
    padding: '3px',
    borderRadius: '11px',
    backgroundColor: tokens.colorNeutralBackground3,
  },
  segment: {
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    rowGap: '2px',
    minHeight: '38px',
    paddingInline: '2px',
    borderRadius: '8px',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    textAlign: 'center',
    color: tokens.colorNeutralForeground2,
    cursor: 'pointer',
    transitionProperty: 'background-color, color, box-shadow',
    transitionDuration: tokens.durationFast,
    ':hover:not(:has(:checked))': { color: tokens.colorNeutralForeground1 },
    ':has(:checked)': {
      backgroundColor: tokens.colorNeutralBackground1Selected,
      color: tokens.colorNeutralForeground1Selected,
      fontWeight: tokens.fontWeightSemibold,
      boxShadow: '0 1px 3px rgb(20 20 40 / 16%)',
    },
    ':has(:focus-visible)': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    '@media (forced-colors: active)': {
      border: '1px solid transparent',
      ':has(:checked)': {
        backgroundColor: 'Highlight',
        color: 'HighlightText',
        forcedColorAdjust: 'none',
      },
    },
  },
  icon: { fontSize: '18px', lineHeight: 1, display: 'flex', paddingTop: '6px' },
  iconLabel: { paddingBottom: '5px' },
  input: { position: 'absolute', inset: 0, margin: 0, opacity: 0, cursor: 'pointer' },
})

export type Segment<Value extends string> = Readonly<{
  value: Value
  label: string
  icon?: ReactElement
  /** Of the label, where it is another one than that of the page. */
  lang?: string
}>

type Props<Value extends string> = Readonly<{
  legend: string
  segments: readonly Segment<Value>[]
  value: Value
  onChange: (value: Value) => void
}>

export function Segments<Value extends string>(props: Props<Value>) {
  const { legend, segments, value, onChange } = props
  const styles = useStyles()
  const name = useId()
  return (
    <fieldset className={styles.set}>
      <legend className={styles.legend}>{legend}</legend>
      <div className={styles.track}>
        {segments.map(({ value: own, label, icon, lang }) => (
          <label key={own} className={styles.segment}>
            <input
              type="radio"
              name={name}
              className={styles.input}
              checked={own === value}
              onChange={() => onChange(own)}
            />
            {icon && (
              <span className={styles.icon} aria-hidden="true">
                {icon}
              </span>
            )}
            <span lang={lang} {...(icon && { className: styles.iconLabel })}>
              {label}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
