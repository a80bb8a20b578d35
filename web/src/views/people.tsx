/** Everyone in the organisation as faces: search, filters by photo and department, and how many have a photo. */
import { useEffect } from 'react'
import { useRight } from '../administration/use-right.ts'
import { type PhotoFilter, portrayedPath, wantedWidth } from '../graph/coverage.ts'
import { type Person, peoplePath, peoplePermissions, readPeople } from '../graph/people.ts'
import { Button } from '../ui/button.tsx'
import { ButtonLink } from '../ui/button-link.tsx'
import { TileEntry } from '../ui/entry.tsx'
import { FilterBar } from '../ui/filter-bar.tsx'
import { Page, Row, Stack } from '../ui/layout.tsx'
import { Empty, ErrorNotice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { SkeletonTiles } from '../ui/skeleton-entries.tsx'
import { TileGrid } from '../ui/tile-grid.tsx'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/use-words.ts'
import { Coverage } from './coverage.tsx'
import { DepartmentChoice } from './department-choice.tsx'
import { Found } from './found.tsx'
import { ListFace, useFaces } from './list-face.tsx'
import { useCoverage } from './use-coverage.ts'
import { useKeptText } from './use-kept.ts'
import { type List, useList, useSettled } from './use-list.ts'
import type { ViewProps } from './view-props.ts'

type Shown = 'everyone' | PhotoFilter

export function View({ graph }: ViewProps) {
  const { people: words } = useWords()
  const [text, setText] = useKeptText('people.text')
  const [filter, setShown] = useKeptText('people.shown')
  const [keptDepartment, setKeptDepartment] = useKeptText('people.department')
  const shown: Shown = filter === 'missing' || filter === 'small' ? filter : 'everyone'
  const department = keptDepartment || undefined
  const setDepartment = (name: string | undefined) => setKeptDepartment(name ?? '')
  const shares = useCoverage(graph)
  const wanted = { text: useSettled(text), department }
  const path = shown === 'everyone' ? peoplePath(wanted) : portrayedPath(wanted, shown)
  const list = useList(graph, readPeople, path)
  const showEveryone = () => {
    setText('')
    setShown('everyone')
    setDepartment(undefined)
  }
  const options = [
    { value: 'everyone', label: words.everyone },
    { value: 'missing', label: words.noPhoto },
    { value: 'small', label: words.tooSmall({ pixels: wantedWidth }) },
  ] as const
  const isFiltered = text !== '' || shown !== 'everyone' || department !== undefined
  return (
    <Page title={words.title} lead={words.lead} actions={<Actions graph={graph} />}>
      {shares && <Coverage shares={shares} department={department} onChoose={setDepartment} />}
      <FilterBar>
        <SearchField label={words.search} text={text} onChange={setText} shortcut="/" />
        <Pills label={words.filter} options={options} value={shown} onChange={setShown} />
        {shares && (
          <DepartmentChoice shares={shares} department={department} onChoose={setDepartment} />
        )}
      </FilterBar>
      <Faces
        graph={graph}
        list={list}
        isFiltered={isFiltered}
        nothing={text === '' ? nothingIn(words, shown) : words.nothing({ text })}
        onEveryone={showEveryone}
      />
    </Page>
  )
}

/** Who is known not to be allowed to add people is not led there. */
function Actions({ graph }: Pick<ViewProps, 'graph'>) {
  const { many, account } = useWords()
  const { right } = useRight(graph, 'users', undefined)
  return (
    <Row>
      {(right === 'unasked' || right === 'allowed') && (
        <ButtonLink to="/people/new">{account.addTitle}</ButtonLink>
      )}
      <ButtonLink to="/people/many">{many.open}</ButtonLink>
    </Row>
  )
}

type FacesProps = Pick<ViewProps, 'graph'> &
  Readonly<{
    list: List<Person>
    isFiltered: boolean
    nothing: string
    onEveryone: () => void
  }>

function Faces({ graph, list, isFiltered, nothing, onEveryone }: FacesProps) {
  const words = useWords().people
  const faces = useFaces(graph, peoplePermissions)
  const { rows, count, hasMore, state, problem, path } = list.listed
  if (state === 'failed' && rows.length === 0) {
    return <ErrorNotice problem={problem} onRetry={list.again} />
  }
  if (path === undefined || (rows.length === 0 && state !== 'ready')) {
    return <SkeletonTiles count={14} />
  }
  // A page without rows is not the end: the server looks at so many people at a time.
  if (rows.length === 0 && hasMore) return <NextPage onShown={list.more} />
  if (rows.length === 0) {
    const showEveryone = <Button onClick={onEveryone}>{words.showEveryone}</Button>
    return <Empty title={nothing} {...(isFiltered && { action: showEveryone })} />
  }
  return (
    <Stack gap="s">
      <Found count={count ?? rows.length} isAtLeast={count === undefined && hasMore} />
      <TileGrid
        label={words.title}
        items={rows}
        total={count}
        hasMore={hasMore && state !== 'failed'}
        isStale={state === 'opening'}
        onEnd={list.more}
        question={path}
        addressOf={({ id }) => `/people/${encodeURIComponent(id)}`}
        waiting={<SkeletonTiles count={4} />}
      >
        {({ id, name, title }) => (
          <TileEntry
            face={
              <ListFace
                faces={faces}
                owner={`/users/${encodeURIComponent(id)}`}
                name={name}
                size={80}
              />
            }
            name={name}
            detail={title}
          />
        )}
      </TileGrid>
      {state === 'failed' && <ErrorNotice problem={problem} onRetry={list.again} />}
    </Stack>
  )
}

function NextPage({ onShown }: Readonly<{ onShown: () => void }>) {
  useEffect(onShown)
  return <SkeletonTiles count={14} />
}

function nothingIn(words: Words['people'], shown: Shown): string {
  switch (shown) {
    case 'everyone':
      return words.nobody
    case 'missing':
      return words.allHavePhotos
    case 'small':
      return words.noneIsSmall
  }
}
