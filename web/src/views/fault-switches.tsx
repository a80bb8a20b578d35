/** Faults of the server, each with a switch, and a line for a sentence of one's own. */
import { useEffect, useState } from 'react'
import { commonFaults, type Development } from '../developer/development.ts'
import { Problem } from '../graph/problem.ts'
import { Quiet, Stack } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { SentenceField } from '../ui/sentence-field.tsx'
import { useSay } from '../ui/status.tsx'
import { SwitchList } from '../ui/switch-list.tsx'
import { useWords } from '../words/use-words.ts'

export function FaultSwitches({ development }: Readonly<{ development: Development }>) {
  const words = useWords()
  const say = useSay()
  const [on, setOn] = useState<readonly string[]>([])
  /** Own sentences stay in the list when they are off. */
  const [known, setKnown] = useState<readonly string[]>(commonFaults)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<unknown>()
  const take = (faults: readonly string[]) => {
    setOn(faults)
    setKnown(before => [...new Set([...before, ...faults])])
    setProblem(undefined)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once; later answers say what is on
  useEffect(() => {
    development.readFaults().then(take, setProblem)
  }, [development])
  const change = (wanted: readonly string[], told: string) =>
    development.setFaults(wanted).then(faults => {
      take(faults)
      say(told)
    })
  const toggle = (fault: string) => {
    const isOn = on.includes(fault)
    const wanted = isOn ? on.filter(one => one !== fault) : [...on, fault]
    change(wanted, isOn ? words.tokens.faultOff : words.tokens.faultOn).catch(setProblem)
  }
  const add = () =>
    change([...on, text.trim()], words.tokens.faultOn).then(() => setText(''), setProblem)
  const isAboutSentence = problem instanceof Problem && problem.kind === 'refused'
  return (
    <Stack>
      <Quiet>{words.tokens.faultsHint}</Quiet>
      <SwitchList
        label={words.tokens.faults}
        sentences={known}
        on={new Set(on)}
        onChange={toggle}
      />
      <SentenceField
        label={words.tokens.ownFault}
        button={words.tokens.switchOn}
        text={text}
        onChange={setText}
        onSend={add}
        wrong={isAboutSentence ? problem.words : undefined}
      />
      {problem !== undefined && !isAboutSentence && <ErrorNotice problem={problem} />}
    </Stack>
  )
}
