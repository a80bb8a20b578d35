/** Asks before a change what it means, and stays with the reason where it is refused. Escape changes nothing. */
import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Answers } from '../ui/form.tsx'
import { Stack } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { useWords } from '../words/use-words.ts'
import { useDeed } from './use-deed.ts'

type Props = Readonly<{
  title: string
  answer: string
  /** Throws what the server refuses. */
  onAnswer: () => Promise<void>
  onClose: () => void
  children: ReactNode
}>

export function Question({ title, answer, onAnswer, onClose, children }: Props) {
  const words = useWords()
  const { state, problem, attempt } = useDeed()
  return (
    <Dialog title={title} kind="question" onClose={onClose}>
      <Stack gap="m">
        <span>{children}</span>
        {problem !== undefined && <ErrorNotice problem={problem} />}
        <Answers>
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button look="primary" onClick={() => attempt(onAnswer)}>
            {state === 'busy' ? words.account.saving : answer}
          </Button>
        </Answers>
      </Stack>
    </Dialog>
  )
}
