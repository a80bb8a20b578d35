/** A token that was made: to copy, decoded, and in a program that uses it. */
import { useState } from 'react'
import { decodeClaims, readClaims } from '../developer/claims.ts'
import {
  languageNames,
  languages,
  photoAddress,
  type SnippetLanguage,
  type Task,
  tasks,
  writeSnippet,
} from '../developer/snippets.ts'
import { CodeBlock } from '../ui/code-block.tsx'
import { Facts } from '../ui/facts.tsx'
import { Card, Quiet, Section, Stack } from '../ui/layout.tsx'
import { Notice } from '../ui/notice.tsx'
import { Pills } from '../ui/pills.tsx'
import { useLanguageTag, useWords } from '../words/use-words.ts'
import { claimFacts } from './claim-facts.ts'

type Props = Readonly<{
  token: string
  /** Whose photo a program names in the address; undefined for that of the token's person. */
  user: string | undefined
  warnings: readonly string[]
  base: string
  roleNames: ReadonlyMap<string, string>
}>

export function MadeToken({ token, user, warnings, base, roleNames }: Props) {
  const words = useWords()
  const tag = useLanguageTag()
  return (
    <>
      <Card>
        <Section title={words.tokens.token}>
          {warnings.map(warning => (
            <Notice key={warning} tone="warning">
              {warning}
            </Notice>
          ))}
          <CodeBlock label="access_token" text={token} lines="wrapped" />
          <Facts
            facts={claimFacts(
              readClaims(decodeClaims(token) ?? {}, roleNames),
              words,
              tag,
              Date.now(),
            )}
          />
        </Section>
      </Card>
      <Card>
        <Section title={words.tokens.programs}>
          <Programs token={token} address={photoAddress(base, user)} />
        </Section>
      </Card>
    </>
  )
}

/** Enough of a token to know it again. */
function shorten(token: string): string {
  return `${token.slice(0, 12)}…`
}

function Programs({ token, address }: Readonly<{ token: string; address: string }>) {
  const words = useWords()
  const [language, setLanguage] = useState<SnippetLanguage>('curl')
  const [task, setTask] = useState<Task>('read')
  return (
    <Stack>
      <Pills
        label={words.tokens.task}
        labelIs="seen"
        options={tasks.map(value => ({ value, label: words.tokens.tasks[value] }))}
        value={task}
        onChange={setTask}
      />
      <Pills
        label={words.tokens.language}
        labelIs="seen"
        options={languages.map(value => ({ value, label: languageNames[value] }))}
        value={language}
        onChange={setLanguage}
      />
      <CodeBlock
        label={languageNames[language]}
        text={writeSnippet(language, { task, address, token: shorten(token) })}
        copied={writeSnippet(language, { task, address, token })}
      />
      <Quiet>{words.tokens.copyHint}</Quiet>
    </Stack>
  )
}
