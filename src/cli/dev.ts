/**
 * `visage dev`: Visage for developers at a terminal. It says in one line each what a person needs:
 * where it is, who one can be, and curl lines that work as they are.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { readThrottle } from '../config.ts'
import * as demo from '../demo/tenant.ts'
import { checkDevelopment, type Development, startDevelopment } from '../development.ts'
import type { Entry } from '../journal/entry.ts'
import { formatLine } from '../journal/line.ts'
import { printableJson } from '../journal/printable.ts'
import { openDataFolder } from '../stores.ts'
import { expectPort } from './expect-port.ts'
import { explainStart, jsonLines, type Terminal } from './terminal.ts'

export type DevFlags = Readonly<{
  host: string
  port: number
  data: string
  memory: boolean
  https: boolean
  strictContentType: boolean
  fault: readonly string[]
  log: 'text' | 'json'
  quiet: boolean
  throttle: string
}>

export type RunningDev = Readonly<{ close: () => Promise<void> }>

/** The port of `visage dev` and `visage token` when nobody says another. */
export const defaultDevPort = 8080

export async function dev(flags: DevFlags, terminal: Terminal): Promise<RunningDev> {
  checkDevelopment({ host: flags.host, faults: flags.fault })
  readThrottle({ throttle: flags.throttle })
  await expectPort(flags, '--port')
  // Even --memory needs two files that other programs read: the certificate and a picture for curl.
  const folder = flags.memory ? await mkdtemp(join(tmpdir(), 'visage-')) : flags.data
  const forget = () => (flags.memory ? rm(folder, { recursive: true, force: true }) : undefined)
  try {
    const development = await start(flags, folder, terminal)
    const close = () => development.close().finally(forget)
    try {
      terminal.print(await greeting(development, flags, folder))
    } catch (error) {
      await close()
      throw error
    }
    development.photosReady.catch(error => terminal.complain(`Demo photos: ${String(error)}`))
    return { close }
  } catch (error) {
    await forget()
    throw explainStart(error, flags.port, '--port')
  }
}

async function start(flags: DevFlags, folder: string, terminal: Terminal): Promise<Development> {
  return await startDevelopment({
    host: flags.host,
    port: flags.port,
    ...(flags.https && { tls: await keptCertificate(folder) }),
    data: flags.memory ? undefined : flags.data,
    strictContentType: flags.strictContentType,
    throttle: readThrottle({ throttle: flags.throttle }),
    write: jsonLines(terminal, Date.now),
    faults: flags.fault,
    watch: flags.quiet ? undefined : requestLog(flags.log, terminal),
  })
}

function requestLog(form: DevFlags['log'], terminal: Terminal): (entry: Entry) => void {
  return form === 'json'
    ? entry => terminal.complain(printableJson(entry))
    : entry => terminal.complain(formatLine(entry, terminal.colours))
}

type Certificate = Readonly<{ cert: string; key: string }>

/** Kept with the data: a program that was told to trust it need not be told again. */
async function keptCertificate(folder: string): Promise<Certificate> {
  const { certificateFor, isCurrent } = await import('./certificate.ts')
  const certFile = join(folder, certificateName)
  const keyFile = join(folder, 'certificate-key.pem')
  try {
    const kept = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
    if (isCurrent(kept.cert, new Date())) return kept
  } catch {
    // None yet, or not readable: it is made anew, and a folder that cannot be written says so then.
  }
  const made = await certificateFor(['localhost', '127.0.0.1', '::1'])
  openDataFolder(folder)
  await writeFile(keyFile, made.key, { mode: 0o600 })
  await writeFile(certFile, made.cert)
  return made
}

const certificateName = 'certificate.pem'
const pictureName = 'example.jpg'

async function greeting(
  { origin, issuer }: Development,
  flags: DevFlags,
  folder: string,
): Promise<string> {
  const token = await issuer.mint({ person: 'alice', scopes: ['User.ReadWrite'] })
  const picture = await examplePicture(folder)
  const trust = flags.https ? ` --cacert ${shown(join(folder, certificateName))}` : ''
  const curl = `curl${trust} -H 'Authorization: Bearer ${token}'`
  const at = isDefault(flags) ? '' : ` --url ${origin}`
  const rows = [
    ['Graph', `${origin}/v1.0 (and /beta)`],
    ['You can be', `${someoneOf(demo.people)} or any of ${demo.people.length} people`],
    ['Tokens', `${thisProgram} token${at} --user alice --scopes User.ReadWrite`],
    ['Sign-in', `${origin}/${demo.tenantId} for MSAL and other OpenID Connect clients`],
    ...(flags.https
      ? [
          [
            'Trust',
            `NODE_EXTRA_CA_CERTS=${shown(join(folder, certificateName))} for Node.js programs`,
          ],
        ]
      : []),
    ['Data', flags.memory ? 'in memory; nothing is kept' : shown(folder)],
    ['Afresh', `${thisProgram} reset${at} takes people and photos back to the start`],
    [
      'Set',
      `${curl} -T ${shown(picture)} -H 'Content-Type: image/jpeg' -i '${origin}/v1.0/me/photo/$value'`,
    ],
    ['Read', `${curl} -o photo.jpg '${origin}/v1.0/me/photos/96x96/$value'`],
  ]
  const lines = rows.map(([name = '', text]) => `${name.padEnd(10)}  ${text}`)
  return [
    'Visage for developers. The people are invented, the tokens are real, only this machine gets in.',
    '',
    ...lines,
    '',
    'Ctrl-C ends it.',
  ].join('\n')
}

/** How the reader of the greeting calls this program: from its sources, or installed. */
const thisProgram = import.meta.filename.endsWith('.ts') ? 'npm run -s visage --' : 'npx visage'

function isDefault(flags: DevFlags): boolean {
  return flags.port === defaultDevPort
}

/** As a person would type it here. */
function shown(path: string): string {
  const here = relative('', path)
  const text = here.startsWith('..') ? path : here
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A picture to try the upload with, so that the printed line works before one has a picture. */
async function examplePicture(folder: string): Promise<string> {
  const { drawFace } = await import('../demo/faces.ts')
  const file = join(folder, pictureName)
  await writeFile(file, await drawFace('example', 648))
  return file
}

function someoneOf(people: readonly demo.Person[]): string {
  const roleOf = (id: string) => demo.roleMembers.find(({ userId }) => userId === id)
  const names = people.slice(0, 4).map(({ id, userPrincipalName }) => {
    const name = userPrincipalName.split('@')[0]
    return roleOf(id) ? `${name} (an administrator)` : name
  })
  return names.join(', ')
}
