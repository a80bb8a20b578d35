/** What is shown in place of a view: there is none at this address, or it cannot be shown. */
import { PartGone } from './ui/boundary.tsx'
import { Button } from './ui/button.tsx'
import { Page, Row } from './ui/layout.tsx'
import { Notice } from './ui/notice.tsx'
import { usePlace } from './ui/place.ts'
import { useOnline } from './ui/use-online.ts'
import { useWords } from './words/use-words.ts'

export function Nothing() {
  const words = useWords()
  const { go } = usePlace()
  return (
    <Page title={words.frame.notFoundTitle} lead={words.frame.notFound}>
      <Row>
        <Button onClick={() => go('/')}>{words.frame.toMyPhoto}</Button>
      </Row>
    </Page>
  )
}

/** In place of a view that cannot be shown. */
export function Broken({ error, title }: Readonly<{ error: unknown; title: string }>) {
  const words = useWords()
  const isOnline = useOnline()
  const { updated, updatedHint, brokenTitle, broken, offline } = words.frame
  const reload = <Button onClick={() => location.reload()}>{words.common.reload}</Button>
  if (!(error instanceof PartGone)) {
    return (
      <Page title={brokenTitle} lead={broken}>
        <Row>{reload}</Row>
      </Page>
    )
  }
  return (
    <Page title={title}>
      <Notice tone="info" title={isOnline ? updated : offline} actions={reload}>
        {isOnline ? updatedHint : undefined}
      </Notice>
    </Page>
  )
}
