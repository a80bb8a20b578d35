/** One of a few in a form, as the browser's own list. */
import { Field, makeStyles, Select } from '@fluentui/react-components'

const useStyles = makeStyles({ select: { '& select': { height: '44px', borderRadius: '10px' } } })

type Props = Readonly<{
  label: string
  options: readonly Readonly<{ value: string; label: string }>[]
  value: string
  onChange: (value: string) => void
}>

export function ChoiceField({ label, options, value, onChange }: Props) {
  const styles = useStyles()
  return (
    <Field label={label}>
      <Select
        className={styles.select}
        value={value}
        onChange={(_event, data) => onChange(data.value)}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </Select>
    </Field>
  )
}
