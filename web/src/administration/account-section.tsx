/** The account of a person, for administrators: change, disable or enable, delete. Others learn what they would need. */
import { useState } from 'react'
import { changeAccount, deleteAccount, switchAccount } from '../graph/accounts.ts'
import type { Graph } from '../graph/graph.ts'
import type { Someone } from '../graph/person.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Card, Quiet, Row, Section, Stack } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { draftOfPerson } from './account-fields.ts'
import { AccountForm } from './account-form.tsx'
import { changesOf } from './draft.ts'
import { Question } from './question.tsx'
import { useRight } from './use-right.ts'

type Props = Readonly<{
  graph: Graph
  someone: Someone
  /** Nobody shuts themselves out by a slip. */
  whose: 'own' | 'other'
  onChanged: () => void
  onDeleted: () => void
}>

export function AccountSection(props: Props) {
  const { graph, someone } = props
  const words = useWords().account
  const { right, ask } = useRight(graph, 'users', someone.id)
  if (right === 'asking') return null
  return (
    <Section title={words.title}>
      <Card>
        {right === 'unasked' && (
          <Stack gap="s">
            <Row>
              <Button onClick={ask}>{words.manage}</Button>
            </Row>
            <Quiet>{words.manageHint}</Quiet>
          </Stack>
        )}
        {right === 'allowed' && <Deeds {...props} />}
        {typeof right !== 'string' && <ErrorNotice problem={right} tone="info" />}
      </Card>
    </Section>
  )
}

type Opened = 'change' | 'disable' | 'enable' | 'delete'

function Deeds({ graph, someone, whose, onChanged, onDeleted }: Props) {
  const words = useWords().account
  const say = useSay()
  const [opened, setOpened] = useState<Opened>()
  const { id, name, account } = someone
  const close = () => setOpened(undefined)
  const finish = (said: string, then: () => void) => {
    close()
    say(said)
    then()
  }
  const turn = account === 'enabled' ? 'disable' : 'enable'
  return (
    <Stack gap="m">
      <Quiet>{whose === 'own' ? words.own : words.states[account]}</Quiet>
      <Row>
        <Button onClick={() => setOpened('change')}>{words.change}</Button>
        {whose === 'other' && <Button onClick={() => setOpened(turn)}>{words[turn]}</Button>}
        {whose === 'other' && <Button onClick={() => setOpened('delete')}>{words.delete}</Button>}
      </Row>
      {opened === 'change' && (
        <Dialog title={words.changeTitle({ name })} onClose={close}>
          <ChangeForm
            graph={graph}
            someone={someone}
            onCancel={close}
            onDone={() => finish(words.changed({ name }), onChanged)}
          />
        </Dialog>
      )}
      {(opened === 'disable' || opened === 'enable') && (
        <Question
          title={words.questions[opened]({ name })}
          answer={words[opened]}
          onClose={close}
          onAnswer={async () => {
            await switchAccount(graph, id, opened === 'enable' ? 'enabled' : 'disabled')
            finish(words.done[opened]({ name }), onChanged)
          }}
        >
          {words.means[opened]}
        </Question>
      )}
      {opened === 'delete' && (
        <Question
          title={words.questions.delete({ name })}
          answer={words.delete}
          onClose={close}
          onAnswer={async () => {
            await deleteAccount(graph, id)
            finish(words.done.delete({ name }), onDeleted)
          }}
        >
          {words.means.delete}
        </Question>
      )}
    </Stack>
  )
}

type ChangeProps = Pick<Props, 'graph' | 'someone'> &
  Readonly<{ onCancel: () => void; onDone: () => void }>

function ChangeForm({ graph, someone, onCancel, onDone }: ChangeProps) {
  const words = useWords().common
  // What was there when the form was opened: only what is changed here is sent.
  const [before] = useState(() => draftOfPerson(someone))
  return (
    <AccountForm
      initial={before}
      send={words.save}
      onCancel={onCancel}
      onSend={async draft => {
        const changes = changesOf(before, draft)
        if (Object.keys(changes).length === 0) return onCancel()
        await changeAccount(graph, someone.id, changes)
        onDone()
      }}
    />
  )
}
