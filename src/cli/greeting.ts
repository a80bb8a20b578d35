/**
 * The text that `visage dev` prints when it runs: first the page and the address of Graph, then commands that work as
 * printed. Every line fits a terminal of 60 columns, unless a folder has a long name.
 */
import { styleText } from 'node:util'
import type { KeptCertificate } from '../dev/kept-certificate.ts'
import type { Colours } from './terminal.ts'

export type Greeting = Readonly<{
  /** `http://localhost:8080` */
  origin: string
  /** The command that starts this program: spelling.ts. */
  program: string
  /** `--port 49152`, or '' for the default port. */
  at: string
  /** Names before the @; the first is the default user. */
  people: readonly Readonly<{ name: string; isAdmin: boolean }>[]
  /** The tenant's name in addresses of the issuer. */
  tenant: string
  /** Paths relative to the current folder. */
  picture: string
  certificate: string | undefined
  /** Lines about certificates that have to be trusted again. */
  isNew?: readonly string[]
  /** Where sign-ins may return to besides loopback. */
  redirectUris?: readonly string[]
  /** Lines about the hosts of `--as`. */
  standIn?: readonly string[]
  /** undefined for memory. */
  data: string | undefined
  colours: Colours
}>

const width = 60

export function writeGreeting(greeting: Greeting): string {
  const { origin, program, at, tenant, certificate, data, colours } = greeting
  const { isNew = [], redirectUris = [], standIn = [] } = greeting
  const paint = (style: 'bold' | 'dim', text: string) =>
    colours === 'colours' ? styleText(style, text, { validateStream: false }) : text
  const command = (words: string) => `${program} ${words}${at && ` ${at}`}`
  const trust = certificate === undefined ? [] : [`--cacert ${certificate}`]
  const bearer = '-H "Authorization: Bearer $TOKEN"'
  return [
    paint('bold', origin),
    paint('dim', 'Open it in a browser: choose a photo, crop it, see it live.'),
    '',
    paint('bold', `${origin}/v1.0`),
    paint(
      'dim',
      'Visage for developers. The people are invented, the tokens\nare real, only this machine gets in.',
    ),
    ...(certificate === undefined ? [] : [`Certificate: ${certificate}`]),
    ...isNew,
    '',
    'In another terminal:',
    '',
    `TOKEN=$(${command('token')})`,
    '',
    fold([
      'curl -i',
      ...trust,
      bearer,
      "-H 'Content-Type: image/jpeg'",
      `-T ${greeting.picture}`,
      `'${origin}/v1.0/me/photo/$value'`,
    ]),
    '',
    fold(['curl', ...trust, bearer, '-o photo.jpg', `'${origin}/v1.0/me/photos/96x96/$value'`]),
    '',
    ...describePeople(greeting.people),
    `Sign-in: ${origin}/${tenant}`,
    ...redirectUris.map(uri => `  may return to ${uri}`),
    ...(certificate === undefined ? [] : explainTrust(certificate)),
    data === undefined
      ? 'Kept in memory, and gone at the end. To begin again:'
      : `Kept in ${data}. To begin again:`,
    `  ${command('reset')}`,
    ...(standIn.length > 0 ? ['', ...standIn, ''] : []),
    paint('dim', 'Ctrl-C ends it.'),
  ].join('\n')
}

/** Lines for a certificate that took the place of another. */
export function explainNew({ state }: Pick<KeptCertificate, 'state'>, file: string): string[] {
  switch (state) {
    case 'renewed':
      return [`${file} is new, because the former one`, 'ended or did not fit. Trust it again.']
    case 'replaced':
      return [
        `${file} is new: the former one could`,
        'sign for any host, with its key on the disk. Trust the new',
        'one, and remove the former wherever it is trusted.',
      ]
    default:
      return []
  }
}

function explainTrust(certificate: string): string[] {
  return [
    'Programs trust it with',
    `  NODE_EXTRA_CA_CERTS=${certificate}`,
    'Go, .NET and httpx of Python with SSL_CERT_FILE, requests',
    'and msal of Python with REQUESTS_CA_BUNDLE, Java with a',
    'trust store: docs/clients.md.',
  ]
}

/** Breaks a command into lines that a shell reads as one. */
function fold(parts: readonly string[]): string {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${part} \\`.length <= width)
      lines.push(`${lines.pop()} ${part}`)
    else lines.push(last === undefined ? part : `  ${part}`)
  }
  return lines.join(' \\\n')
}

function describePeople([first, ...others]: Greeting['people']): string[] {
  const admin = others.find(({ isAdmin }) => isAdmin)
  const [other] = others.filter(({ isAdmin }) => !isAdmin)
  return [
    `The token is ${first?.name}'s, one of ${others.length + 1} people. For others:`,
    `  --user ${other?.name}`,
    ...(admin ? [`  --user ${admin.name}, an administrator`] : []),
  ]
}
