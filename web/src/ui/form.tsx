/** Fields in two columns where there is room, and the buttons that end the form. Enter sends it. */
import { makeStyles } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', rowGap: '20px' },
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(260px, 100%), 1fr))',
    gap: '16px 20px',
    alignItems: 'start',
  },
  answers: { display: 'flex', flexWrap: 'wrap', justifyContent: 'flex-end', gap: '10px' },
})

type FormProps = Readonly<{
  fields: ReactNode
  /** What stands above the buttons, such as why it was refused. */
  children?: ReactNode
  send: string
  cancel: string
  onSend: () => void
  onCancel: () => void
}>

/** What is wrong is said by the fields themselves, not by the browser. */
export function Form({ fields, children, send, cancel, onSend, onCancel }: FormProps) {
  const styles = useStyles()
  return (
    <form
      noValidate
      className={styles.form}
      onSubmit={event => {
        event.preventDefault()
        onSend()
      }}
    >
      <div className={styles.fields}>{fields}</div>
      {children}
      <Answers>
        <Button onClick={onCancel}>{cancel}</Button>
        <Button look="primary" type="submit">
          {send}
        </Button>
      </Answers>
    </form>
  )
}

/** The buttons that end a dialog. */
export function Answers({ children }: Readonly<{ children: ReactNode }>) {
  return <div className={useStyles().answers}>{children}</div>
}
