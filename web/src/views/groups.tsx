/** The groups and teams that the signed-in person owns, or all, and the photo of one of them. */
import { useCallback, useMemo, useState } from 'react'
import { AddGroup } from '../administration/group-form.tsx'
import { GroupSection } from '../administration/group-section.tsx'
import {
  type Group,
  groupPermissions,
  groupsPath,
  readGroups,
  type Whose,
} from '../graph/groups.ts'
import { PhotoPanel } from '../photo/photo-panel.tsx'
import { Button } from '../ui/button.tsx'
import { Entry } from '../ui/entry.tsx'
import { Page, Stack } from '../ui/layout.tsx'
import { Notice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { ListFace, useFaces } from './list-face.tsx'
import { OwnerChooser } from './owner-chooser.tsx'
import { useChosen } from './use-chosen.ts'
import { useKeptText } from './use-kept.ts'
import { useList, useSettled } from './use-list.ts'
import type { ViewProps } from './view-props.ts'

export function View({ graph }: ViewProps) {
  const { groups: words, group: deeds } = useWords()
  const say = useSay()
  const [, choose] = useChosen()
  const [keptWhose, setWhose] = useKeptText('groups.shown')
  const whose: Whose = keptWhose === 'all' ? 'all' : 'mine'
  const [text, setText] = useKeptText('groups.text')
  const [isAdding, setIsAdding] = useState(false)
  const [edition, setEdition] = useState(0)
  const renew = useCallback(() => setEdition(before => before + 1), [])
  const added = (id: string, name: string) => {
    setIsAdding(false)
    say(deeds.wasAdded({ name }))
    // It is theirs, and a search may not find it.
    setWhose('mine')
    setText('')
    choose(id)
    renew()
  }
  return (
    <Page
      title={words.heading}
      lead={words[whose].lead}
      actions={<Button onClick={() => setIsAdding(true)}>{deeds.addTitle}</Button>}
    >
      <Groups
        key={edition}
        graph={graph}
        whose={whose}
        onWhose={setWhose}
        text={text}
        onText={setText}
        onChanged={renew}
      />
      {isAdding && <AddGroup graph={graph} onAdded={added} onCancel={() => setIsAdding(false)} />}
    </Page>
  )
}

type GroupsProps = Pick<ViewProps, 'graph'> &
  Readonly<{
    whose: Whose
    onWhose: (whose: Whose) => void
    text: string
    onText: (text: string) => void
    /** A group was changed or deleted: the list is read anew. */
    onChanged: () => void
  }>

function Groups({ graph, whose, onWhose, text, onText, onChanged }: GroupsProps) {
  const words = useWords().groups
  const list = useList(graph, readGroups, groupsPath(whose, useSettled(text)))
  const [chosen, choose] = useChosen()
  const show = (next: Whose) => {
    choose(undefined)
    onWhose(next)
  }
  const faces = useFaces(graph, groupPermissions)
  const [edition, setEdition] = useState(0)
  const changed = (path: string) => {
    faces.forget(path)
    setEdition(before => before + 1)
  }
  return (
    <OwnerChooser
      words={{ choose: words.choose, ...words[whose] }}
      list={list}
      text={text}
      onText={onText}
      chosen={chosen}
      onChoose={choose}
      above={<WhoseChoice whose={whose} onChange={show} />}
      entry={group => (
        <Entry
          face={
            <ListFace
              faces={faces}
              owner={pathOf(group)}
              name={group.name}
              size={44}
              edition={edition}
            />
          }
          name={group.name}
          detail={group.description ?? group.mail}
          tag={group.isTeam ? words.team : undefined}
        />
      )}
      panel={group => (
        <Stack gap="l">
          <GroupPanel key={group.id} graph={graph} group={group} onChanged={changed} />
          <GroupSection
            key={`${group.id} section`}
            graph={graph}
            group={group}
            onChanged={onChanged}
            onDeleted={() => {
              choose(undefined)
              onChanged()
            }}
          />
        </Stack>
      )}
    />
  )
}

type ChoiceProps = Readonly<{ whose: Whose; onChange: (whose: Whose) => void }>

function WhoseChoice({ whose, onChange }: ChoiceProps) {
  const { shown, choices } = useWords().groups
  const options = [
    { value: 'mine', label: choices.mine },
    { value: 'all', label: choices.all },
  ] as const
  return <Pills label={shown} options={options} value={whose} onChange={onChange} />
}

type PanelProps = Pick<ViewProps, 'graph'> &
  Readonly<{ group: Group; onChanged: (path: string) => void }>

/** A team has the photo of its group: at the group's address it has sizes and can be removed, too. */
function GroupPanel({ graph, group, onChanged }: PanelProps) {
  const words = useWords().groups
  const path = pathOf(group)
  const owner = useMemo(() => ({ path, permissions: groupPermissions }), [path])
  const changed = useCallback(() => onChanged(path), [onChanged, path])
  if (!group.isUnified) return <Notice tone="info">{words.security}</Notice>
  return (
    <section aria-label={group.name}>
      <PhotoPanel
        graph={graph}
        owner={owner}
        name={group.name}
        {...aboutOf(group)}
        onChanged={changed}
      />
    </section>
  )
}

function aboutOf({ description, mail }: Group): Readonly<{ about?: string }> {
  const about = description ?? mail
  return about === undefined ? {} : { about }
}

function pathOf({ id }: Group): string {
  return `/groups/${encodeURIComponent(id)}`
}
