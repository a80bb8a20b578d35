/** A group for its owners and administrators: change it, its owners and members, delete it. Others learn why they may not. */
import { useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import { deleteGroup } from '../graph/group-changes.ts'
import type { Group } from '../graph/groups.ts'
import { Button } from '../ui/button.tsx'
import { Card, Row, Section } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { ChangeGroup } from './group-form.tsx'
import { GroupPeople } from './group-people.tsx'
import { Question } from './question.tsx'
import { useRight } from './use-right.ts'

type Props = Readonly<{
  graph: Graph
  group: Group
  onChanged: () => void
  onDeleted: () => void
}>

export function GroupSection(props: Props) {
  const { graph, group } = props
  const words = useWords().group
  const { right } = useRight(graph, 'groups', group.id)
  if (right === 'asking') return null
  return (
    <Section title={words.title}>
      <Card>
        {typeof right === 'string' ? (
          <Deeds {...props} />
        ) : (
          <ErrorNotice problem={right} tone="info" />
        )}
      </Card>
    </Section>
  )
}

function Deeds({ graph, group, onChanged, onDeleted }: Props) {
  const { account, group: words } = useWords()
  const say = useSay()
  const [opened, setOpened] = useState<'change' | 'people' | 'delete'>()
  const { id, name } = group
  const close = () => setOpened(undefined)
  const finish = (said: string, then: () => void) => {
    close()
    say(said)
    then()
  }
  return (
    <>
      <Row>
        <Button onClick={() => setOpened('change')}>{account.change}</Button>
        <Button onClick={() => setOpened('people')}>{words.people}</Button>
        <Button onClick={() => setOpened('delete')}>{account.delete}</Button>
      </Row>
      {opened === 'change' && (
        <ChangeGroup
          graph={graph}
          group={group}
          onCancel={close}
          onChanged={() => finish(account.changed({ name }), onChanged)}
        />
      )}
      {opened === 'people' && <GroupPeople graph={graph} group={group} onClose={close} />}
      {opened === 'delete' && (
        <Question
          title={account.questions.delete({ name })}
          answer={account.delete}
          onClose={close}
          onAnswer={async () => {
            await deleteGroup(graph, id)
            finish(account.done.delete({ name }), onDeleted)
          }}
        >
          {words.deleteMeans}
        </Question>
      )}
    </>
  )
}
