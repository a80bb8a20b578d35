/** The rule on who may change photos as a form, with a sentence that says what it means before it is saved. */
import { useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import { defaults, isSame, type PhotoUpdateSettings } from '../graph/photo-update-settings.ts'
import { Button } from '../ui/button.tsx'
import { CheckList } from '../ui/check-list.tsx'
import { Quiet, Row, Stack } from '../ui/layout.tsx'
import { ErrorNotice, Notice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { SkeletonEntries } from '../ui/skeleton-entries.tsx'
import { useLanguageTag, useWords } from '../words/use-words.ts'
import { idOfRole, listRoles, meaningOf, nameOfRole } from './role-choice.ts'
import { usePhotoUpdateSettings } from './use-photo-update-settings.ts'

type Editing = ReturnType<typeof usePhotoUpdateSettings>

export function RuleForm({ graph }: Readonly<{ graph: Graph }>) {
  const editing = usePhotoUpdateSettings(graph)
  const { rule, refusal, problem } = editing
  if (!rule) {
    if (problem === undefined) return <SkeletonEntries />
    return <ErrorNotice problem={problem} onRetry={editing.load} />
  }
  if (refusal !== undefined) {
    return (
      <Stack>
        <Meaning {...rule} />
        <ErrorNotice problem={refusal} tone="info" />
      </Stack>
    )
  }
  return (
    <Stack gap="l">
      <Choices draft={rule.draft} edit={editing.edit} />
      <div role="status">
        <Stack>
          <Meaning {...rule} />
          {rule.theirs && <Theirs {...editing} theirs={rule.theirs} />}
        </Stack>
      </div>
      {problem !== undefined && <ErrorNotice problem={problem} />}
      <Actions {...editing} {...rule} />
    </Stack>
  )
}

type DraftProps = Readonly<{ draft: PhotoUpdateSettings }>

function Choices({ draft, edit }: DraftProps & Pick<Editing, 'edit'>) {
  const words = useWords().whoMayChange
  const source = draft.source ?? 'cloud'
  return (
    <Stack>
      <Pills
        label={words.source}
        labelIs="seen"
        options={(['cloud', 'onPremises'] as const).map(value => ({
          value,
          label: words.sources[value],
        }))}
        value={source}
        onChange={value => edit({ source: value })}
      />
      {source === 'cloud' && <Roles draft={draft} edit={edit} />}
      {source === 'onPremises' && draft.allowedRoles.length > 0 && <Quiet>{words.rolesRest}</Quiet>}
    </Stack>
  )
}

function Roles({ draft: { allowedRoles }, edit }: DraftProps & Pick<Editing, 'edit'>) {
  const words = useWords().whoMayChange
  const [text, setText] = useState('')
  const options = listRoles(allowedRoles, text)
  const count = allowedRoles.length
  return (
    <Stack gap="s">
      <CheckList
        legend={words.roles}
        options={options}
        chosen={new Set(allowedRoles.map(nameOfRole))}
        onChange={names => edit({ allowedRoles: [...names].map(idOfRole) })}
      >
        <SearchField label={words.searchRoles} text={text} onChange={setText} />
      </CheckList>
      <Quiet>
        {options.length === 0 && `${words.noRoleFound({ text: text.trim() })} `}
        {count === 0 ? words.noRoles : words.chosenRoles({ count })}
      </Quiet>
    </Stack>
  )
}

type SeenProps = DraftProps & Readonly<{ seen: PhotoUpdateSettings }>

function Meaning({ seen, draft }: SeenProps) {
  const words = useWords().whoMayChange
  const isSaved = isSame(seen, draft)
  return (
    <Notice tone={isSaved ? 'info' : 'warning'} title={isSaved ? words.inForce : words.meaning}>
      <span>{meaningOf(words, draft, useLanguageTag())}</span>
      {!isSaved && <Quiet>{words.notSaved}</Quiet>}
    </Notice>
  )
}

function Theirs({ theirs, discard, save }: Editing & Readonly<{ theirs: PhotoUpdateSettings }>) {
  const words = useWords()
  return (
    <Notice
      tone="warning"
      title={words.whoMayChange.changed}
      actions={
        <>
          <Button onClick={discard}>{words.photo.showTheirs}</Button>
          <Button onClick={save}>{words.photo.useMine}</Button>
        </>
      }
    >
      {meaningOf(words.whoMayChange, theirs, useLanguageTag())}
    </Notice>
  )
}

function Actions({ seen, draft, isBusy, save, discard, reset }: Editing & SeenProps) {
  const words = useWords()
  const isSaved = isSame(seen, draft)
  return (
    <Row>
      <Button look="primary" disabledFocusable={isBusy || isSaved} onClick={save}>
        {words.common.save}
      </Button>
      {!isSaved && (
        <Button disabledFocusable={isBusy} onClick={discard}>
          {words.whoMayChange.discard}
        </Button>
      )}
      <Button disabledFocusable={isBusy || !isSaved || isSame(seen, defaults)} onClick={reset}>
        {words.whoMayChange.resetButton}
      </Button>
    </Row>
  )
}
