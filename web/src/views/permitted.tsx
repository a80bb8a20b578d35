/** Asks the issuer for what a view needs, by leaving the page, before the view is shown for the first time. */
import { type ReactNode, useEffect, useState } from 'react'
import type { Memory } from '../sign-in/errand.ts'
import type { Session } from '../sign-in/session.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { ViewSkeleton } from '../ui/view-skeleton.tsx'
import { explainTrouble } from '../words/explain-trouble.ts'
import { useWords } from '../words/use-words.ts'

type Props = Readonly<{
  session: Session
  memory: () => Memory
  permissions: readonly string[]
  children: ReactNode
}>

export function Permitted({ session, memory, permissions, children }: Props) {
  const words = useWords()
  const [trouble, setTrouble] = useState<readonly [unknown]>()
  const isReady = session.hasAsked(permissions)
  useEffect(() => {
    if (!isReady && !trouble) {
      session.tokenFor(permissions, memory()).catch((error: unknown) => setTrouble([error]))
    }
  }, [isReady, trouble, session, permissions, memory])
  if (isReady) return children
  if (!trouble) return <ViewSkeleton />
  const again = <Button onClick={() => setTrouble(undefined)}>{words.common.tryAgain}</Button>
  return <Notice tone="error" title={explainTrouble(words, trouble[0])} actions={again} />
}
