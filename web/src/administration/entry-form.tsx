/** A form of a table of fields. What the server refuses stands beside the field it is about, and above the buttons. */
import { useRef, useState } from 'react'
import { ChoiceField } from '../ui/choice-field.tsx'
import { Form } from '../ui/form.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useWords } from '../words/use-words.ts'
import {
  type Draft,
  type Field,
  findWrongs,
  maxLength,
  refusedField,
  trimmed,
  type Wrongs,
} from './draft.ts'
import { useDeed } from './use-deed.ts'

/** By the names of fields, and of the options of choices. */
type Labels = Readonly<Record<string, string>>

type Props = Readonly<{
  fields: readonly Field[]
  labels: Labels
  hints: Labels
  initial: Draft
  send: string
  /** Throws what the server refuses. */
  onSend: (draft: Draft) => Promise<void>
  onCancel: () => void
}>

export function EntryForm({ fields, labels, hints, initial, send, onSend, onCancel }: Props) {
  const words = useWords()
  const [draft, setDraft] = useState(initial)
  const [wrongs, setWrongs] = useState<Wrongs>({})
  const inputs = useRef(new Map<string, HTMLInputElement | null>())
  const { state, problem, attempt } = useDeed()
  const show = (found: Wrongs) => {
    setWrongs(found)
    const first = fields.find(({ name }) => found[name])
    if (first) inputs.current.get(first.name)?.focus()
  }
  const sendDraft = () => {
    const ready = trimmed(draft)
    const found = findWrongs(fields, ready)
    show(found)
    if (Object.keys(found).length > 0) return
    attempt(
      () => onSend(ready),
      refusal => show(refusedField(fields, refusal) ?? {}),
    )
  }
  const change = (name: string, text: string) => {
    setDraft({ ...draft, [name]: text })
    setWrongs({ ...wrongs, [name]: undefined })
  }
  return (
    <Form
      send={state === 'busy' ? words.account.saving : send}
      cancel={words.common.cancel}
      onSend={sendDraft}
      onCancel={onCancel}
      fields={fields.map(({ name, form, isRequired, options }) => {
        const label = labels[name] ?? name
        const text = draft[name] ?? ''
        const wrong = wrongs[name]
        if (form === 'choice') {
          return (
            <ChoiceField
              key={name}
              label={label}
              options={(options ?? []).map(value => ({ value, label: labels[value] ?? value }))}
              value={text}
              onChange={value => change(name, value)}
            />
          )
        }
        return (
          <TextField
            key={name}
            ref={input => {
              inputs.current.set(name, input)
            }}
            label={label}
            need={isRequired ? 'required' : 'optional'}
            form={form === 'address' ? 'address' : 'text'}
            maxLength={maxLength}
            text={text}
            onChange={next => change(name, next)}
            wrong={wrong && words.account.wrongs[wrong]}
            hint={hints[name]}
          />
        )
      })}
    >
      {problem !== undefined && <ErrorNotice problem={problem} />}
    </Form>
  )
}
