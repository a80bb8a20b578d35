/** What decided a request, in a sentence for the details and in two or three words for the row. */
import type { ShownRequest } from '../developer/shown-request.ts'
import type { Words } from '../words/en.ts'

type Asked = Pick<ShownRequest, 'verdict' | 'reason' | 'error'>

export function explainVerdict(words: Words, { verdict, reason, error }: Asked): string {
  const { decided } = words.requests
  if (verdict.outcome === 'undecided') return decided.undecided
  if (verdict.outcome === 'allowed') return explainGrant(words, verdict)
  const permissions = verdict.permissions.join(', ')
  const roles = verdict.roles.join(', ')
  if (permissions !== '' && roles !== '') return decided.lacksRole({ permissions, roles })
  if (permissions !== '') return decided.lacksPermission({ permissions })
  return (
    whyRefused(words, verdict.why) ??
    decided.refused({ reason: reason || error?.message || verdict.why })
  )
}

type Grant = Extract<ShownRequest['verdict'], Readonly<{ outcome: 'allowed' }>>

function explainGrant(
  { requests: { decided } }: Words,
  { permission, reach, role }: Grant,
): string {
  if (role !== undefined) return decided.byRole({ permission, role })
  if (reach === 'application') return decided.ofApplication({ permission })
  return reach === 'others' ? decided.ofOthers({ permission }) : decided.ofOwn({ permission })
}

function whyRefused({ requests: { whys } }: Words, why: string): string | undefined {
  return Object.entries(whys).find(([code]) => code === why)?.[1]
}

export function shortVerdict(words: Words, { verdict, reason }: Asked): string {
  if (verdict.outcome === 'undecided') return reason
  if (verdict.outcome === 'refused') {
    const [permission, ...others] = verdict.permissions
    if (permission === undefined) return reason
    const lacking = words.requests.lacks({ permission })
    return others.length === 0 ? lacking : `${lacking} +${others.length}`
  }
  return verdict.role === undefined ? verdict.permission : `${verdict.permission} + ${verdict.role}`
}
