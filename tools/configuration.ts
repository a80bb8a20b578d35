/**
 * Writes the settings table as docs/configuration.md. The settings are in src/settings/table.ts.
 */
import type { Setting } from '../src/settings/setting.ts'
import { groups, settings } from '../src/settings/table.ts'

export function renderConfiguration(): string {
  const chapters = Map.groupBy(Object.values(settings), ({ group }) => groups[group].chapter)
  const sections = [...chapters].map(([title, rows]) => `## ${title}\n\n${table(rows)}`)
  return `# Configuration of \`visage serve\`

Each setting comes from the environment or from a flag; the flag wins. All are checked at the start, and a message names
the one that is wrong, missing, or contradicts another. A \`VISAGE_\` variable that is no setting is refused too: it is
most likely a misspelt one. \`visage dev\` reads none of these; \`visage dev --help\` lists its flags.

${sections.join('\n\n')}`
}

function table(rows: readonly Setting[]): string {
  const lines = rows.map(({ env, flag, value, default: standard, meaning }) => {
    const name = `\`${env}\`<br>\`${flag}\``
    return `| ${name} | ${cell(value)} | ${standard === '' ? '' : cell(standard)} | ${meaning} |`
  })
  return ['| Setting | Value | Default | Meaning |', '|---|---|---|---|', ...lines].join('\n')
}

function cell(text: string): string {
  return text.includes(' ') && !text.includes('|') ? text : `\`${text.replaceAll('|', '\\|')}\``
}
