/**
 * The settings table as text: docs/configuration.md. It decides only how the page reads; what a
 * setting is stands in src/settings/config.ts.
 */
import { type Setting, type SettingName, settings } from '../src/settings/config.ts'

const groups: readonly (readonly [title: string, names: readonly SettingName[]])[] = [
  [
    'Whom to believe',
    [
      'cloud',
      'tenants',
      'personalAccounts',
      'b2cTenants',
      'issuer',
      'issuerTenant',
      'issuerPreset',
      'audience',
      'requireAtJwt',
    ],
  ],
  [
    'What a token says',
    [
      'signIn',
      'issuerVouches',
      'applications',
      'applicationSign',
      'groupRoles',
      'claimId',
      'claimTenant',
      'claimClient',
      'claimUserName',
      'claimName',
      'claimGivenName',
      'claimSurname',
      'claimMail',
      'claimMailVerified',
      'claimScopes',
      'claimAppPermissions',
      'claimRoles',
      'claimGroups',
    ],
  ],
  [
    'Where to listen',
    [
      'host',
      'port',
      'workers',
      'connectionRequests',
      'connectionAge',
      'baseUrl',
      'tlsCert',
      'tlsKey',
    ],
  ],
  [
    'What to keep, and where',
    ['data', 'database', 'databaseConnections', 'packs', 'packCache', 'sweepEvery', 'sweepGrace'],
  ],
  [
    'What to accept',
    [
      'strictContentType',
      'readOnly',
      'maxPixels',
      'renderers',
      'renderQueue',
      'renderTimeout',
      'decodeMemory',
      'uploadMemory',
      'stallTimeout',
      'throttle',
    ],
  ],
  ['How to watch it, and how it ends', ['logLevel', 'metrics', 'drain']],
]

export function renderConfiguration(): string {
  refuseForgotten()
  const sections = groups.map(
    ([title, names]) => `## ${title}\n\n${table(names.map(name => settings[name]))}`,
  )
  return `# Configuration of \`visage serve\`

Each setting comes from the environment or from a flag; the flag wins. All are checked at the start, and a message names
the one that is wrong, missing, or contradicts another. A \`VISAGE_\` variable that is no setting is refused too: it is
most likely a misspelt one. \`visage dev\` reads none of these; \`visage dev --help\` lists its few flags.

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

/** A setting in no group would be in no document. */
function refuseForgotten(): void {
  const grouped = new Set(groups.flatMap(([, names]) => names))
  const forgotten = (Object.keys(settings) as SettingName[]).filter(name => !grouped.has(name))
  if (forgotten.length > 0)
    throw new Error(`tools/configuration.ts: no group for ${forgotten.join(', ')}`)
}
