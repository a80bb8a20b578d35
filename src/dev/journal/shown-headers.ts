/**
 * Headers for a developer to read. A header whose name speaks of a secret is left out, and so are tokens and passwords
 * in the values of others, and the queries of addresses: a Referer may be where a sign-in came back to.
 */
import { withoutSecrets } from '../../events.ts'
import { printable } from './printable.ts'

export type ShownHeaders = Readonly<Record<string, string>>

const secret =
  /auth|cookie|secret|token|pass(?:word|wd|code)|signature|assertion|credential|key\b|pwd|session|jwt|csrf|xsrf|\botp\b|principal|dpop|saml|\bsig\b/i
const longestValue = 300
const mostHeaders = 40

export function showHeaders(headers: Readonly<Record<string, string | undefined>>): ShownHeaders {
  const shown = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || (secret.test(name) && name !== 'www-authenticate')
      ? []
      : [
          [
            printable(name.slice(0, 100)),
            shorten(printable(withoutSecrets(withoutQueries(value)))),
          ] as const,
        ],
  )
  return Object.fromEntries(shown.slice(0, mostHeaders))
}

function shorten(value: string): string {
  return value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
}

/** Also what follows `#`, and in an address without a host. */
function withoutQueries(value: string): string {
  return value.includes('/') ? value.replaceAll(/[?#][^\s"',;<>]+/g, '?…') : value
}
