/** The form of a new person, for who may add people. */
import { addAccount } from '../graph/accounts.ts'
import type { Graph } from '../graph/graph.ts'
import { Card } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { AccountForm } from './account-form.tsx'
import { changesOf } from './draft.ts'
import { useRight } from './use-right.ts'

type Props = Readonly<{ graph: Graph; onAdded: (id: string) => void; onCancel: () => void }>

export function AddAccount({ graph, onAdded, onCancel }: Props) {
  const words = useWords().account
  const say = useSay()
  const { right } = useRight(graph, 'users', undefined)
  if (right === 'asking' || right === 'unasked') return <Skeleton shape="block" height={320} />
  if (right !== 'allowed') return <ErrorNotice problem={right} tone="info" />
  return (
    <Card>
      <AccountForm
        initial={{}}
        send={words.add}
        onCancel={onCancel}
        onSend={async draft => {
          const id = await addAccount(graph, changesOf({}, draft))
          say(words.added({ name: draft.displayName ?? '' }))
          onAdded(id)
        }}
      />
    </Card>
  )
}
