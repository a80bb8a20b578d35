/** What concerns the whole page, under its header: no network, or a sign-in that has ended. */
import type { ReactNode } from 'react'
import { Button } from './ui/button.tsx'
import { Banner } from './ui/frame.tsx'
import { useOnline } from './ui/use-online.ts'
import { useWords } from './words/use-words.ts'

type BannersProps = Readonly<{ hasEnded: boolean; onSignIn: () => void }>

export function Banners({ hasEnded, onSignIn }: BannersProps): ReactNode {
  const words = useWords()
  const isOnline = useOnline()
  if (!isOnline) return <Banner tone="offline">{words.frame.offline}</Banner>
  if (!hasEnded) return null
  return (
    <Banner tone="ended" action={<Button onClick={onSignIn}>{words.signIn.signInAgain}</Button>}>
      {words.signIn.ended} {words.signIn.endedHint}
    </Banner>
  )
}
