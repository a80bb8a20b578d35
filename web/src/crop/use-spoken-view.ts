/** Says to screen readers what has changed under the circle, politely and at most once a second. */
import { useEffect, useState } from 'react'
import { useWords } from '../words/use-words.ts'
import { placeOf, type Stage, type View } from './moves.ts'
import { spaceOut } from './space-out.ts'

const everyMs = 1000

type Spoken = Readonly<{ zoomed: string; moved: string; text: string }>

export function useSpokenView(view: View, stage: Stage | undefined): string {
  const words = useWords().crop
  const zoomed = words.zoomed({ percent: Math.round(view.zoom * 100), degrees: view.turns * 90 })
  const place = stage && placeOf(view, stage)
  const moved = place ? words.moved({ across: place.x, down: place.y }) : ''
  const [spoken, setSpoken] = useState<Spoken>({ zoomed, moved, text: '' })
  const [say] = useState(() => {
    const tell = (now: Omit<Spoken, 'text'>) =>
      setSpoken(before => ({ ...now, text: changed(before, now) }))
    return spaceOut(tell, everyMs, setTimeout)
  })
  useEffect(() => say({ zoomed, moved }), [zoomed, moved, say])
  return spoken.text
}

/** Since it was last told. At the beginning there is nothing to tell: the picture has just got its place. */
function changed(before: Spoken, now: Omit<Spoken, 'text'>): string {
  if (before.zoomed !== now.zoomed) return now.zoomed
  return before.moved !== '' && before.moved !== now.moved ? now.moved : before.text
}
