/**
 * `visage dev`: creates and starts everything for developers at a terminal, in order. greeting.ts writes the output.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type KeptCertificate, keepCertificate, userFolder } from '../dev/certificate.ts'
import { examplePicture } from '../dev/demo/example.ts'
import * as demo from '../dev/demo/tenant.ts'
import { checkDevelopment, type Development, startDevelopment } from '../dev/development.ts'
import type { Entry } from '../dev/journal/entry.ts'
import { formatLine } from '../dev/journal/line.ts'
import { printableJson } from '../dev/journal/printable.ts'
import { explainStart } from '../serving/start-error.ts'
import { readLimits, readThrottle } from '../settings/limits.ts'
import { defaultDevPort } from './ask-dev.ts'
import { expectPort } from './expect-port.ts'
import { writeGreeting } from './greeting.ts'
import type { Running } from './running.ts'
import { spellPath } from './spelling.ts'
import { jsonLines, type Terminal } from './terminal.ts'

type DevFlags = Readonly<{
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

export async function dev(flags: DevFlags, terminal: Terminal): Promise<Running> {
  checkDevelopment({ host: flags.host, faults: flags.fault })
  readThrottle({ throttle: flags.throttle })
  await expectPort(flags, '--port')
  // Even with --memory, curl needs a picture in a file.
  const folder = flags.memory ? await mkdtemp(join(tmpdir(), 'visage-')) : flags.data
  const removeFolder = () =>
    flags.memory ? rm(folder, { recursive: true, force: true }) : undefined
  try {
    const certificate = flags.https ? await openCertificate(flags, folder) : undefined
    const development = await start(flags, certificate, terminal)
    const close = () => development.close().finally(removeFolder)
    try {
      terminal.print(await greet(development, flags, { folder, certificate }, terminal))
    } catch (error) {
      await close()
      throw error
    }
    development.photosReady
      .then(development.startRenderers)
      .catch(error => terminal.complain(`Demo photos: ${String(error)}`))
    return { close }
  } catch (error) {
    await removeFolder()
    throw explainStart(error, flags.port, '--port')
  }
}

/**
 * In the data folder. With --memory in the user's own, because a certificate is trusted once and for
 * all starts; where that cannot be written, in the folder of this start.
 */
async function openCertificate({ memory }: DevFlags, folder: string): Promise<KeptCertificate> {
  if (!memory) return await keepCertificate(folder)
  return await keepCertificate(userFolder()).catch(() => keepCertificate(folder))
}

async function start(
  flags: DevFlags,
  tls: KeptCertificate | undefined,
  terminal: Terminal,
): Promise<Development> {
  return await startDevelopment({
    host: flags.host,
    port: flags.port,
    tls,
    data: flags.memory ? undefined : flags.data,
    strictContentType: flags.strictContentType,
    throttle: readThrottle({ throttle: flags.throttle }),
    // A developer sends one picture at a time. Each renderer takes memory, and a quarter of a second to start.
    limits: readLimits({ renderers: '1' }),
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

const pictureName = 'example.jpg'

async function greet(
  { origin }: Development,
  flags: DevFlags,
  { folder, certificate }: Readonly<{ folder: string; certificate: KeptCertificate | undefined }>,
  { program, printColours }: Terminal,
): Promise<string> {
  const picture = await writeExample(folder)
  const shown = (path: string) => spellPath(resolve(path), process.cwd())
  return writeGreeting({
    origin,
    program,
    at: flags.port === defaultDevPort ? '' : `--port ${new URL(origin).port}`,
    people: demo.people.map(describePerson),
    tenant: demo.tenantDomain,
    picture: shown(picture),
    certificate: certificate && shown(certificate.file),
    data: flags.memory ? undefined : shownFolder(shown(folder)),
    colours: printColours,
  })
}

/** `./data` shows that it is a folder in the current one. */
function shownFolder(path: string): string {
  return /^['/.]|^\w:/.test(path) ? path : `./${path}`
}

/** The picture that the printed command uploads. */
async function writeExample(folder: string): Promise<string> {
  const file = join(folder, pictureName)
  await writeFile(file, await examplePicture())
  return file
}

function describePerson({ id, userPrincipalName }: demo.Person) {
  const isAdmin = demo.roleMembers.some(({ userId }) => userId === id)
  return { name: userPrincipalName.split('@')[0] ?? '', isAdmin }
}
