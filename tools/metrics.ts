/**
 * Writes the table of metrics for docs/operating.md. The metrics are in src/monitoring/families.ts.
 */
import { type Family, families } from '../src/monitoring/families.ts'

export function renderMetrics(): string {
  const rows: readonly Family[] = Object.values(families)
  const lines = rows.map(({ name, type, labels, meaning }) => {
    const named = labels.map(label => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${type} | ${named} | ${meaning} |`
  })
  return ['| Metric | Type | Labels | Meaning |', '|---|---|---|---|', ...lines].join('\n')
}
