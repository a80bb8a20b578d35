/** Sentences that are on or off, each with a switch. */
import { makeStyles, Switch, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none' },
  entry: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':first-child': { borderTop: 'none' },
  },
  label: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
})

type Props = Readonly<{
  label: string
  sentences: readonly string[]
  on: ReadonlySet<string>
  onChange: (sentence: string) => void
}>

export function SwitchList({ label, sentences, on, onChange }: Props) {
  const styles = useStyles()
  return (
    <ul className={styles.list} aria-label={label}>
      {sentences.map(sentence => (
        <li key={sentence} className={styles.entry}>
          <Switch
            checked={on.has(sentence)}
            label={<span className={styles.label}>{sentence}</span>}
            onChange={() => onChange(sentence)}
          />
        </li>
      ))}
    </ul>
  )
}
