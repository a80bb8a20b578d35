/** The form of a person, new or known. */
import { useWords } from '../words/use-words.ts'
import { accountFields } from './account-fields.ts'
import type { Draft } from './draft.ts'
import { EntryForm } from './entry-form.tsx'

type Props = Readonly<{
  initial: Draft
  send: string
  /** Throws what the server refuses. */
  onSend: (draft: Draft) => Promise<void>
  onCancel: () => void
}>

export function AccountForm(props: Props) {
  const words = useWords().account
  const hints = { userPrincipalName: words.signInHint }
  return <EntryForm {...props} fields={accountFields} labels={words.fields} hints={hints} />
}
