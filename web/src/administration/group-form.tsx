/** The form of a group in a dialog: a new one, or one that is changed. */
import { useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import { addGroup, changeGroup } from '../graph/group-changes.ts'
import type { Group } from '../graph/groups.ts'
import { Dialog } from '../ui/dialog.tsx'
import { useWords } from '../words/use-words.ts'
import { changesOf, type Draft } from './draft.ts'
import { EntryForm } from './entry-form.tsx'
import { draftOfGroup, groupFields, newGroup } from './group-fields.ts'

type AddProps = Readonly<{
  graph: Graph
  onAdded: (id: string, name: string) => void
  onCancel: () => void
}>

export function AddGroup({ graph, onAdded, onCancel }: AddProps) {
  const words = useWords().group
  return (
    <Dialog title={words.addTitle} onClose={onCancel}>
      <GroupForm
        initial={newGroup}
        send={words.add}
        onCancel={onCancel}
        onSend={async draft => {
          const id = await addGroup(graph, changesOf({}, draft))
          onAdded(id, draft.displayName ?? '')
        }}
      />
    </Dialog>
  )
}

type ChangeProps = Readonly<{
  graph: Graph
  group: Group
  onChanged: () => void
  onCancel: () => void
}>

export function ChangeGroup({ graph, group, onChanged, onCancel }: ChangeProps) {
  const words = useWords()
  // What was there when the form was opened: only what is changed here is sent.
  const [before] = useState(() => draftOfGroup(group))
  return (
    <Dialog title={words.account.changeTitle({ name: group.name })} onClose={onCancel}>
      <GroupForm
        initial={before}
        send={words.common.save}
        onCancel={onCancel}
        onSend={async draft => {
          const changes = changesOf(before, draft)
          if (Object.keys(changes).length === 0) return onCancel()
          await changeGroup(graph, group.id, changes)
          onChanged()
        }}
      />
    </Dialog>
  )
}

type FormProps = Readonly<{
  initial: Draft
  send: string
  onSend: (draft: Draft) => Promise<void>
  onCancel: () => void
}>

function GroupForm(props: FormProps) {
  const words = useWords().group
  const labels = { ...words.fields, ...words.choices }
  const hints = { mailNickname: words.aliasHint }
  return <EntryForm {...props} fields={groupFields} labels={labels} hints={hints} />
}
