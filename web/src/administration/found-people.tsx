/** A search for people to add to a group. Nobody is listed before something is written. */
import { useEffect, useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import type { Relation } from '../graph/group-changes.ts'
import { type Person, peoplePath, readPeople } from '../graph/people.ts'
import { Button } from '../ui/button.tsx'
import { Row, Stack } from '../ui/layout.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { useWords } from '../words/use-words.ts'
import { PeopleList } from './people-list.tsx'

type Props = Readonly<{ graph: Graph; onAdd: (person: Person, relation: Relation) => void }>

export function FoundPeople({ graph, onAdd }: Props) {
  const { people, group: words } = useWords()
  const [text, setText] = useState('')
  const wanted = useSettledText(text.trim())
  return (
    <Stack gap="m">
      <SearchField label={people.search} text={text} onChange={setText} />
      {wanted !== '' && text !== '' && (
        <PeopleList
          title={words.found}
          graph={graph}
          edition={0}
          path={peoplePath({ text: wanted, department: undefined })}
          read={readPeople}
          nobody={people.nothing({ text: wanted })}
          actions={person => (
            <Row>
              <Button
                aria-label={words.addOne.members(person)}
                onClick={() => onAdd(person, 'members')}
              >
                {words.asMember}
              </Button>
              <Button
                aria-label={words.addOne.owners(person)}
                onClick={() => onAdd(person, 'owners')}
              >
                {words.asOwner}
              </Button>
            </Row>
          )}
        />
      )}
    </Stack>
  )
}

/** Not every letter is a question. */
function useSettledText(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
