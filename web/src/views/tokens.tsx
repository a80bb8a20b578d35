/** For developers: tokens made to order, programs that use them, and faults to switch on and off. */
import { useState } from 'react'
import { openDevelopment } from '../developer/development.ts'
import { Card, Page, Section } from '../ui/layout.tsx'
import { useWords } from '../words/use-words.ts'
import { FaultSwitches } from './fault-switches.tsx'
import { TokenBuilder } from './token-builder.tsx'
import type { ViewProps } from './view-props.ts'

export function View(_props: ViewProps) {
  const words = useWords()
  const [development] = useState(() =>
    openDevelopment((address, init) => fetch(address, init), location.origin),
  )
  return (
    <Page title={words.tokens.title} lead={words.tokens.lead}>
      <TokenBuilder development={development} base={location.origin} />
      <Card>
        <Section title={words.tokens.faults}>
          <FaultSwitches development={development} />
        </Section>
      </Card>
    </Page>
  )
}
