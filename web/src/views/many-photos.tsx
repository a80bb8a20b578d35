/** The view for the photos of many people at once. */
import { ManyPhotos } from '../photo/many/many-photos.tsx'
import { ButtonLink } from '../ui/button-link.tsx'
import { Page } from '../ui/layout.tsx'
import { useWords } from '../words/use-words.ts'
import type { ViewProps } from './view-props.ts'

export function View({ graph }: ViewProps) {
  const words = useWords().many
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={<ButtonLink to="/people">{words.back}</ButtonLink>}
    >
      <ManyPhotos graph={graph} />
    </Page>
  )
}
