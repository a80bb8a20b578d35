/**
 * For administrators: who may change photos in the organization. The issuer is asked for the right only when somebody
 * opens this, so nobody else is sent there for it.
 */
import { useState } from 'react'
import type { Graph } from '../graph/graph.ts'
import { settingsPermissions } from '../graph/photo-update-settings.ts'
import { Button } from '../ui/button.tsx'
import { Card, Quiet, Row, Section } from '../ui/layout.tsx'
import { useWords } from '../words/use-words.ts'
import { RuleForm } from './rule-form.tsx'

export function WhoMayChange({ graph }: Readonly<{ graph: Graph }>) {
  const words = useWords().whoMayChange
  const [isOpen, setIsOpen] = useState(graph.hasAsked?.(settingsPermissions) ?? false)
  return (
    <Card>
      <Section title={words.title}>
        <Quiet>{words.lead}</Quiet>
        {isOpen ? (
          <RuleForm graph={graph} />
        ) : (
          <Row>
            <Button onClick={() => setIsOpen(true)}>{words.show}</Button>
            <Quiet>{words.showHint}</Quiet>
          </Row>
        )}
      </Section>
    </Card>
  )
}
