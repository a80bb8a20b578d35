/** One request in detail: what decided, what the token says, headers, error. */

import { readClaims } from '../developer/claims.ts'
import type { ShownRequest } from '../developer/shown-request.ts'
import { Facts } from '../ui/facts.tsx'
import { Quiet, Row, Section, Stack } from '../ui/layout.tsx'
import { CopyButton, Notice } from '../ui/notice.tsx'
import { useLanguageTag, useWords } from '../words/use-words.ts'
import { claimFacts } from './claim-facts.ts'
import { explainVerdict } from './explain-verdict.ts'

type Props = Readonly<{
  request: ShownRequest
  /** The name of a directory role by its id. */
  roleNames: ReadonlyMap<string, string>
}>

export function RequestDetails({ request, roleNames }: Props) {
  const words = useWords()
  const { error, requestHeaders, responseHeaders, faults, requestId } = request
  return (
    <Stack gap="l">
      <Section title={words.requests.whatDecided} size="small">
        <Stack gap="s">
          <span>{explainVerdict(words, request)}</span>
          {faults.map(fault => (
            <Notice key={fault} tone="warning">
              {words.requests.byFault({ fault })}
            </Notice>
          ))}
          <Row>
            <Quiet>
              {words.requests.requestId} {requestId}
            </Quiet>
            <CopyButton text={requestId} />
          </Row>
        </Stack>
      </Section>
      {error && (
        <Section title={words.requests.error} size="small">
          <Facts
            facts={[
              { name: 'code', value: error.code },
              { name: 'message', value: error.message },
            ]}
          />
        </Section>
      )}
      <Section title={words.requests.token} size="small">
        <TokenSays request={request} roleNames={roleNames} />
      </Section>
      <Section title={words.requests.requestHeaders} size="small">
        <Facts facts={toFacts(requestHeaders)} />
        <Quiet>{words.requests.neverShown}</Quiet>
      </Section>
      <Section title={words.requests.responseHeaders} size="small">
        <Facts facts={toFacts(responseHeaders)} />
      </Section>
    </Stack>
  )
}

function TokenSays({ request, roleNames }: Props) {
  const { claims, isTokenAccepted, at } = request
  const words = useWords()
  const tag = useLanguageTag()
  if (isTokenAccepted === undefined) return <Quiet>{words.requests.noToken}</Quiet>
  return (
    <Stack gap="s">
      <Quiet>{isTokenAccepted ? words.requests.accepted : words.requests.notAccepted}</Quiet>
      {claims ? (
        <Facts facts={claimFacts(readClaims(claims, roleNames), words, tag, at)} />
      ) : (
        <Quiet>{words.requests.opaque}</Quiet>
      )}
    </Stack>
  )
}

function toFacts(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value }))
}
