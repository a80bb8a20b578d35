/** A line of text in a form, with its label and what is wrong with it, which screen readers read with the field. */
import { Field, Input, makeStyles } from '@fluentui/react-components'
import type { Ref } from 'react'

const useStyles = makeStyles({
  input: { minHeight: '44px', borderRadius: '10px', width: '100%', boxSizing: 'border-box' },
})

type Props = Readonly<{
  label: string
  text: string
  onChange: (text: string) => void
  need: 'required' | 'optional'
  /** Addresses get the keyboard of addresses on a phone. */
  form: 'text' | 'address'
  maxLength: number
  wrong: string | undefined
  hint: string | undefined
  ref: Ref<HTMLInputElement>
}>

export function TextField(props: Props) {
  const { label, text, onChange, need, form, maxLength, wrong, hint, ref } = props
  const styles = useStyles()
  return (
    <Field
      label={label}
      required={need === 'required'}
      {...(wrong !== undefined && { validationMessage: wrong })}
      {...(hint !== undefined && { hint })}
    >
      <Input
        // Fluent's type of this property leaves out React 19's.
        ref={ref as Ref<never>}
        className={styles.input}
        value={text}
        maxLength={maxLength}
        inputMode={form === 'address' ? 'email' : 'text'}
        {...(form === 'address' && { autoCapitalize: 'off' })}
        spellCheck={false}
        autoComplete="off"
        onChange={(_event, data) => onChange(data.value)}
      />
    </Field>
  )
}
