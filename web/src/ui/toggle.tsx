/** One thing that is on or off. */
import { Switch } from '@fluentui/react-components'

type Props = Readonly<{ label: string; isOn: boolean; onChange: (isOn: boolean) => void }>

export function Toggle({ label, isOn, onChange }: Props) {
  return (
    <Switch checked={isOn} label={label} onChange={(_event, { checked }) => onChange(checked)} />
  )
}
