/** The view that adds a person. Its permission is asked for when it is opened, so that nothing written is lost. */
import { AddAccount } from '../administration/add-account.tsx'
import { ButtonLink } from '../ui/button-link.tsx'
import { Narrow, Page } from '../ui/layout.tsx'
import { usePlace } from '../ui/place.ts'
import { useWords } from '../words/use-words.ts'
import type { ViewProps } from './view-props.ts'

export function View({ graph }: ViewProps) {
  const { account: words, person } = useWords()
  const { go } = usePlace()
  return (
    <Page
      title={words.addTitle}
      lead={words.addLead}
      actions={<ButtonLink to="/people">{person.all}</ButtonLink>}
    >
      <Narrow>
        <AddAccount
          graph={graph}
          onAdded={id => go(`/people/${encodeURIComponent(id)}`)}
          onCancel={() => go('/people')}
        />
      </Narrow>
    </Page>
  )
}
