/** The view before a sign-in, and what is said when one has failed. */
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { Welcome } from '../ui/welcome.tsx'
import { useWords } from '../words/use-words.ts'

type Props = Readonly<{
  /** What the sign-in failed with, as a sentence. */
  trouble: string | undefined
  mode: 'dev' | 'serve' | undefined
  onSignIn: () => void
}>

export function SignedOut({ trouble, mode, onSignIn }: Props) {
  const words = useWords()
  const { title, lead, points, signIn, developmentHint, failedTitle } = words.signIn
  return (
    <Welcome
      title={title}
      lead={lead}
      points={[points.crop, points.live, points.private]}
      action={
        <Button look="primary" onClick={onSignIn}>
          {signIn}
        </Button>
      }
      notice={
        trouble !== undefined ? (
          <Notice tone="error" title={failedTitle}>
            {trouble}
          </Notice>
        ) : mode === 'dev' ? (
          <Notice tone="info">{developmentHint}</Notice>
        ) : undefined
      }
    />
  )
}
