/** A form for a token: whose, with which permissions and roles, for how long; then the token, decoded and in programs. */
import { useEffect, useState } from 'react'
import { type Choices, type Development, namesOfRoles } from '../developer/development.ts'
import { findPermissions, lifetimes, type TokenWish, toOrder } from '../developer/token-order.ts'
import { Button } from '../ui/button.tsx'
import { CheckList } from '../ui/check-list.tsx'
import { DropDown } from '../ui/drop-down.tsx'
import { Card, Quiet, Row, Section, Stack } from '../ui/layout.tsx'
import { ErrorNotice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { useSay } from '../ui/status.tsx'
import { useWords } from '../words/use-words.ts'
import { MadeToken } from './made-token.tsx'

type Props = Readonly<{ development: Development; base: string }>
type Made = Readonly<{ token: string; user: string | undefined; warnings: readonly string[] }>

const firstWish: TokenWish = {
  kind: 'person',
  user: '',
  permissions: [],
  adminRoles: [],
  lifetime: 'hour',
}

export function TokenBuilder({ development, base }: Props) {
  const words = useWords()
  const [choices, setChoices] = useState<Choices>()
  const [wish, setWish] = useState(firstWish)
  const [made, setMade] = useState<Made>()
  const [problem, setProblem] = useState<unknown>()
  const say = useSay()
  useEffect(() => {
    development.readChoices().then(found => {
      setChoices(found)
      setWish(before => ({ ...before, user: found.people[0]?.user ?? '' }))
    }, setProblem)
  }, [development])
  const person = choices?.people.find(({ user }) => user === wish.user)
  const make = () =>
    development
      .orderToken(toOrder(wish, person?.isPersonal ?? false))
      .then(({ access_token: token, warnings = [] }) => {
        // An application has to name somebody in the address.
        const [first] = choices?.people ?? []
        const user = wish.kind === 'application' ? first?.userPrincipalName : undefined
        setMade({ token, user, warnings })
        setProblem(undefined)
        say(words.tokens.made)
      }, setProblem)
  return (
    <>
      <Card>
        <Section title={words.tokens.build}>
          {choices && <WishForm choices={choices} wish={wish} onChange={setWish} />}
          <Row>
            <Button look="primary" onClick={make} disabled={choices === undefined}>
              {words.tokens.make}
            </Button>
          </Row>
          {problem !== undefined && <ErrorNotice problem={problem} />}
        </Section>
      </Card>
      {made && choices && <MadeToken {...made} base={base} roleNames={namesOfRoles(choices)} />}
    </>
  )
}

type FormProps = Readonly<{
  choices: Choices
  wish: TokenWish
  onChange: (wish: TokenWish) => void
}>

function WishForm({ choices, wish, onChange }: FormProps) {
  const words = useWords()
  const change = (changes: Partial<TokenWish>) => onChange({ ...wish, ...changes })
  const person = choices.people.find(({ user }) => user === wish.user)
  return (
    <Stack>
      <Pills
        label={words.tokens.kind}
        labelIs="seen"
        options={(['person', 'application'] as const).map(value => ({
          value,
          label: words.tokens.kinds[value],
        }))}
        value={wish.kind}
        onChange={kind => change({ kind, permissions: [] })}
      />
      {wish.kind === 'person' && (
        <DropDown
          label={words.tokens.person}
          labelIs="seen"
          options={choices.people.map(({ user, displayName, isPersonal, adminRoles }) => ({
            value: user,
            label: nameOf(words.tokens, displayName, isPersonal, adminRoles),
          }))}
          value={wish.user}
          onChange={user => change({ user })}
        />
      )}
      <Permissions choices={choices} wish={wish} onChange={change} />
      {wish.kind === 'person' && person?.isPersonal === false && (
        <CheckList
          legend={words.tokens.adminRoles}
          options={choices.adminRoles.map(({ name }) => name)}
          chosen={new Set(wish.adminRoles)}
          onChange={chosen => change({ adminRoles: [...chosen] })}
        />
      )}
      <Pills
        label={words.tokens.lifetime}
        labelIs="seen"
        options={lifetimes.map(value => ({ value, label: words.tokens.lifetimes[value] }))}
        value={wish.lifetime}
        onChange={lifetime => change({ lifetime })}
      />
    </Stack>
  )
}

type NameWords = Readonly<{ personal: string }>

function nameOf(
  { personal }: NameWords,
  displayName: string,
  isPersonal: boolean,
  adminRoles: readonly string[],
): string {
  const notes = isPersonal ? [personal] : adminRoles
  return notes.length === 0 ? displayName : `${displayName} (${notes.join(', ')})`
}

type PermissionsProps = Readonly<{
  choices: Choices
  wish: TokenWish
  onChange: (changes: Partial<TokenWish>) => void
}>

/** Chosen ones stay in sight while others are searched for. */
function Permissions({ choices, wish, onChange }: PermissionsProps) {
  const words = useWords()
  const [text, setText] = useState('')
  const all = choices.permissions[wish.kind === 'person' ? 'delegated' : 'application']
  const chosen = new Set(wish.permissions)
  const found = new Set(findPermissions(all, text))
  return (
    <Stack gap="s">
      <CheckList
        legend={words.tokens.permissions}
        options={all.filter(name => found.has(name) || chosen.has(name))}
        chosen={chosen}
        onChange={next => onChange({ permissions: [...next] })}
      >
        <SearchField label={words.tokens.searchPermissions} text={text} onChange={setText} />
      </CheckList>
      <Quiet>
        {chosen.size === 0
          ? words.tokens.everyPermission
          : words.tokens.chosenPermissions({ count: chosen.size })}
      </Quiet>
    </Stack>
  )
}
