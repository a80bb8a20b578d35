/** One place under the controls for what is to be said: a failed save, or a hint about the part in the circle. */
import { useEffect, useRef, useState } from 'react'
import { ErrorNotice, Notice } from '../ui/notice.tsx'
import { useWords } from '../words/use-words.ts'
import type { Cut } from './cut.ts'
import type { Cutter } from './cutter.ts'
import { findHints, type Hint } from './hints.ts'
import { goodSide } from './open-picture.ts'
import type { Saving } from './use-saving.ts'

type Props = Readonly<{
  cut: Cut | undefined
  cutter: Cutter
  saving: Saving
  waiting: string | undefined
}>

/** The picture is measured when it has been still for so long. */
const stillMs = 250

export function Remarks(props: Props) {
  const place = useRef<HTMLDivElement>(null)
  const { state } = props.saving
  useEffect(() => {
    if (state !== 'idle') place.current?.scrollIntoView({ block: 'nearest' })
  }, [state])
  return (
    <div ref={place} className="crop-remarks">
      <div className="crop-progress" data-running={state === 'running'} />
      <Remark {...props} />
    </div>
  )
}

function Remark({ cut, cutter, saving, waiting }: Props) {
  const words = useWords().crop
  const hint = useHint(cut, cutter)
  if (saving.state === 'failed') return <ErrorNotice problem={saving.problem} />
  if (saving.state === 'undrawn') return <Notice tone="error">{words.failed}</Notice>
  const side = cut?.side ?? goodSide
  const hintText = side < goodSide ? words.few({ side }) : hint && words[hint]
  const text = saving.state === 'running' ? (waiting ?? words.saving) : hintText
  return (
    <p className="crop-remark" role="status">
      {text}
    </p>
  )
}

function useHint(cut: Cut | undefined, cutter: Cutter): Hint | undefined {
  const [hint, setHint] = useState<Hint>()
  const key = cut && JSON.stringify(cut)
  useEffect(() => {
    if (!key) return
    let isOld = false
    const timer = setTimeout(async () => {
      // Without measures there is no hint, and nothing else is lost.
      const measures = await cutter.measure(JSON.parse(key)).catch(() => undefined)
      if (!isOld) setHint(measures && findHints(measures)[0])
    }, stillMs)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [key, cutter])
  return hint
}
