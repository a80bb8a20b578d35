/** One of many, as the browser's own list: the system's picker on a phone. */
import { makeStyles, Select, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  field: {
    minHeight: '40px',
    maxWidth: '100%',
    '& select': { height: '40px', borderRadius: '10px' },
  },
  seen: { display: 'flex', flexDirection: 'column', rowGap: '6px', maxWidth: '420px' },
  label: {
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
})

type Props = Readonly<{
  label: string
  /** Whether the label is on the page, too. */
  labelIs?: 'heard' | 'seen'
  options: readonly Readonly<{ value: string; label: string }>[]
  value: string
  onChange: (value: string) => void
}>

export function DropDown({ label, labelIs = 'heard', options, value, onChange }: Props) {
  const styles = useStyles()
  const select = (
    <Select
      aria-label={label}
      className={styles.field}
      value={value}
      onChange={(_event, data) => onChange(data.value)}
    >
      {options.map(option => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  )
  if (labelIs === 'heard') return select
  return (
    <div className={styles.seen}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {select}
    </div>
  )
}
