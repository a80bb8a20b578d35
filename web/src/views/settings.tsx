/** Who has signed in, how the page looks and speaks, and which Visage this is. */
import { Face } from '../ui/face.tsx'
import { Card, Narrow, Page, Quiet, Row, Section, Stack } from '../ui/layout.tsx'
import { LanguageChoice, ThemeChoice } from '../ui/preference-choices.tsx'
import { useWords } from '../words/use-words.ts'
import type { ViewProps } from './view-props.ts'
import { WhoMayChange } from './who-may-change.tsx'

export function View({ graph, person, picture, mode, version, issuer }: ViewProps) {
  const words = useWords()
  return (
    <Page title={words.settings.title}>
      <Narrow>
        <Card>
          <Section title={words.settings.you}>
            <Row>
              <Face name={person.name} picture={picture} size={56} />
              <Stack gap="s">
                <span>{person.name}</span>
                <Quiet>{person.signInName}</Quiet>
              </Stack>
            </Row>
            <Quiet>{words.settings.signedInAt({ issuer: new URL(issuer).host })}</Quiet>
          </Section>
        </Card>
        <Card>
          <Section title={words.settings.appearance}>
            <LanguageChoice />
            <ThemeChoice />
            <Quiet>{words.settings.themeHint}</Quiet>
          </Section>
        </Card>
        <WhoMayChange graph={graph} />
        <Card>
          <Section title={words.settings.about}>
            <Stack gap="s">
              <span>{words.settings.version({ version })}</span>
              {mode === 'dev' && <Quiet>{words.settings.developmentMode}</Quiet>}
            </Stack>
          </Section>
        </Card>
      </Narrow>
    </Page>
  )
}
