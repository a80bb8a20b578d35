/** The view of one's own photo: the panel for the person who is signed in. */
import { PhotoPanel } from '../photo/photo-panel.tsx'
import { Page } from '../ui/layout.tsx'
import { useWords } from '../words/use-words.ts'
import type { ViewProps } from './view-props.ts'

const me = { path: '/me', permissions: ['User.ReadWrite'] } as const

export function View({ graph, person }: ViewProps) {
  const { title, lead } = useWords().photo
  return (
    <Page title={title} lead={lead}>
      <PhotoPanel graph={graph} owner={me} name={person.name} />
    </Page>
  )
}
