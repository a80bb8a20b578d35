/** A line of text that is sent with Enter or a button, and what was wrong with it. */
import { Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { Button } from './button.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: '8px' },
  field: { flexGrow: 1, flexBasis: '280px' },
  input: {
    minHeight: '40px',
    borderRadius: '10px',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
  },
  wrong: {
    margin: '8px 0 0',
    whiteSpace: 'pre-wrap',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorStatusDangerForeground1,
  },
})

type Props = Readonly<{
  label: string
  button: string
  text: string
  onChange: (text: string) => void
  onSend: () => void
  /** In the server's words, with its lines. */
  wrong?: string | undefined
}>

export function SentenceField({ label, button, text, onChange, onSend, wrong }: Props) {
  const styles = useStyles()
  return (
    <div>
      <form
        className={styles.form}
        onSubmit={event => {
          event.preventDefault()
          if (text.trim() !== '') onSend()
        }}
      >
        <Field label={label} className={styles.field}>
          <Input
            className={styles.input}
            value={text}
            maxLength={500}
            spellCheck={false}
            autoComplete="off"
            onChange={(_event, data) => onChange(data.value)}
          />
        </Field>
        <Button type="submit">{button}</Button>
      </form>
      {wrong !== undefined && (
        <pre className={styles.wrong} role="alert">
          {wrong}
        </pre>
      )}
    </div>
  )
}
