/** The owners and members of a group in a dialog: taken out one by one, and others found by a search and added. */
import { useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import {
  addToGroup,
  peopleOfGroupPath,
  type Relation,
  readPeopleOfGroup,
  removeFromGroup,
} from '../graph/group-changes.ts'
import type { Group } from '../graph/groups.ts'
import type { Person } from '../graph/people.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Answers } from '../ui/form.tsx'
import { Stack } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { FoundPeople } from './found-people.tsx'
import { PeopleList } from './people-list.tsx'
import { useDeed } from './use-deed.ts'

type Props = Readonly<{ graph: Graph; group: Group; onClose: () => void }>

const relations = ['owners', 'members'] as const satisfies readonly Relation[]

export function GroupPeople({ graph, group, onClose }: Props) {
  const { common, group: words } = useWords()
  const say = useSay()
  const { problem, attempt } = useDeed()
  const [edition, setEdition] = useState(0)
  const { id, name } = group
  const carryOut = (work: () => Promise<void>, said: string) =>
    attempt(async () => {
      await work()
      say(said)
      setEdition(before => before + 1)
    })
  const add = (person: Person, relation: Relation) =>
    carryOut(() => addToGroup(graph, id, relation, person.id), words.added[relation](person))
  const remove = (person: Person, relation: Relation) =>
    carryOut(() => removeFromGroup(graph, id, relation, person.id), words.removed[relation](person))
  return (
    <Dialog title={words.peopleOf({ name })} onClose={onClose}>
      <Stack gap="l">
        <FoundPeople graph={graph} onAdd={add} />
        {problem !== undefined && <ErrorNotice problem={problem} />}
        {relations.map(relation => (
          <PeopleList
            key={relation}
            edition={edition}
            title={words[relation]}
            graph={graph}
            path={peopleOfGroupPath(id, relation)}
            read={readPeopleOfGroup}
            nobody={words.nobody[relation]}
            actions={person => (
              <Button
                look="subtle"
                aria-label={words.remove[relation](person)}
                onClick={() => remove(person, relation)}
              >
                {common.remove}
              </Button>
            )}
          />
        ))}
        <Answers>
          <Button onClick={onClose}>{common.close}</Button>
        </Answers>
      </Stack>
    </Dialog>
  )
}
