/** For developers: the requests to this server as they come, and why each was answered so. */
import { useEffect, useState } from 'react'
import { namesOfRoles, openDevelopment } from '../developer/development.ts'
import {
  isWished,
  type Outcome,
  outcomeOf,
  outcomes,
  type ShownRequest,
  type Wish,
} from '../developer/shown-request.ts'
import { Button } from '../ui/button.tsx'
import { FilterBar } from '../ui/filter-bar.tsx'
import { Page, Row, Stack } from '../ui/layout.tsx'
import { LiveMark } from '../ui/live-mark.tsx'
import { Empty, Notice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { RequestList, type RequestRow } from '../ui/request-list.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { Toggle } from '../ui/toggle.tsx'
import type { Words } from '../words/en.ts'
import { useLanguageTag, useWords } from '../words/use-words.ts'
import { shortVerdict } from './explain-verdict.ts'
import { RequestDetails } from './request-details.tsx'
import { type Followed, useRequests } from './use-requests.ts'
import type { ViewProps } from './view-props.ts'

export function View(_props: ViewProps) {
  const words = useWords()
  const followed = useRequests(location.origin)
  const [text, setText] = useState('')
  const [outcome, setOutcome] = useState<Outcome>('all')
  const [from, setFrom] = useState<Wish['from']>('elsewhere')
  const wished = followed.requests.filter(request => isWished(request, { text, outcome, from }))
  return (
    <Page
      title={words.requests.title}
      lead={words.requests.lead}
      actions={<Actions followed={followed} />}
    >
      <Stack>
        <FilterBar>
          <SearchField label={words.common.search} text={text} onChange={setText} shortcut="/" />
          <Pills
            label={words.requests.outcome}
            options={outcomes.map(value => ({ value, label: words.requests.outcomes[value] }))}
            value={outcome}
            onChange={setOutcome}
          />
          <Toggle
            label={words.requests.alsoOwn}
            isOn={from === 'everywhere'}
            onChange={isOn => setFrom(isOn ? 'everywhere' : 'elsewhere')}
          />
        </FilterBar>
        {followed.broken !== undefined && followed.broken !== '' && (
          <Notice tone="warning">{followed.broken}</Notice>
        )}
        {wished.length > 0 ? (
          <Rows requests={wished} known={followed.known} />
        ) : (
          <Nothing
            isFiltered={text !== '' || outcome !== 'all'}
            onShowAll={() => {
              setText('')
              setOutcome('all')
            }}
          />
        )}
      </Stack>
    </Page>
  )
}

function Actions({ followed }: Readonly<{ followed: Followed }>) {
  const words = useWords()
  const { isPaused, broken, held, pause, resume, clear } = followed
  const state = broken !== undefined ? 'broken' : isPaused ? 'paused' : 'live'
  return (
    <Row>
      <LiveMark
        state={state}
        text={held > 0 ? words.requests.held({ count: held }) : words.requests.states[state]}
      />
      <Button onClick={isPaused ? resume : pause}>
        {isPaused ? words.requests.resume : words.requests.pause}
      </Button>
      <Button look="subtle" onClick={clear} disabled={followed.requests.length === 0}>
        {words.requests.clear}
      </Button>
    </Row>
  )
}

function Rows({ requests, known }: Readonly<{ requests: readonly ShownRequest[]; known: number }>) {
  const words = useWords()
  const tag = useLanguageTag()
  const [open, setOpen] = useState<number>()
  const roleNames = useRoleNames()
  return (
    <RequestList
      label={words.requests.title}
      rows={requests.map(request => toRow(words, tag, request))}
      arrivedAfter={known}
      open={open}
      onOpen={setOpen}
      details={id => {
        const request = requests.find(one => one.id === id)
        return request && <RequestDetails request={request} roleNames={roleNames} />
      }}
    />
  )
}

/** Without them ids are shown. */
function useRoleNames(): ReadonlyMap<string, string> {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  useEffect(() => {
    const { readChoices } = openDevelopment(
      (address, init) => fetch(address, init),
      location.origin,
    )
    readChoices().then(
      choices => setNames(namesOfRoles(choices)),
      () => {},
    )
  }, [])
  return names
}

function toRow(words: Words, tag: string, request: ShownRequest): RequestRow {
  const { id, status, method, path, who, durationMs, at } = request
  return {
    ...{ id, method, path, outcome: outcomeOf(status) },
    status: status === 0 ? words.requests.cut : String(status),
    who: shorten(who ?? words.requests.nobody),
    decided: shortVerdict(words, request),
    duration: `${durationMs < 10 ? durationMs : Math.round(durationMs)} ms`,
    time: new Date(at).toLocaleTimeString(tag),
  }
}

/** The beginning of an id is enough to tell applications apart. */
function shorten(who: string): string {
  return who.replace(/([\da-f]{8})-[\da-f-]{27}/i, '$1…')
}

type NothingProps = Readonly<{ isFiltered: boolean; onShowAll: () => void }>

function Nothing({ isFiltered, onShowAll }: NothingProps) {
  const words = useWords()
  if (!isFiltered) return <Empty title={words.requests.none}>{words.requests.noneHint}</Empty>
  return (
    <Empty
      title={words.requests.noneSuch}
      action={<Button onClick={onShowAll}>{words.requests.showAll}</Button>}
    />
  )
}
