/**
 * `visage dev`: creates and starts everything for developers at a terminal, in order. greeting.ts writes the output.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { examplePicture } from '../dev/demo/example.ts'
import * as demo from '../dev/demo/tenant.ts'
import { checkDevelopment, type Development, startDevelopment } from '../dev/development.ts'
import type { Entry } from '../dev/journal/entry.ts'
import { formatLine } from '../dev/journal/line.ts'
import { printableJson } from '../dev/journal/printable.ts'
import {
  type KeptCertificate,
  type Kind,
  keepCertificate,
  ownKind,
  standInKind,
  userFolder,
} from '../dev/kept-certificate.ts'
import { explainStart } from '../serving/start-error.ts'
import { readLimits, readThrottle } from '../settings/limits.ts'
import type { CloudName } from '../tokens/clouds.ts'
import { defaultDevPort } from './ask-dev.ts'
import { expectPort } from './expect-port.ts'
import { explainNew, writeGreeting } from './greeting.ts'
import type { Running } from './running.ts'
import { spellPath } from './spelling.ts'
import { standInPort } from './stand-in-flags.ts'
import { explainPort443, type StandInPlace, writeStandIn, writeUndo } from './stand-in-words.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

type DevFlags = Readonly<{
  host: string
  port: number | undefined
  data: string
  memory: boolean
  https: boolean
  as?: CloudName
  redirectUri: readonly string[]
  strictContentType: boolean
  fault: readonly string[]
  log: 'text' | 'json'
  quiet: boolean
  throttle: string
}>

type Flags = DevFlags & Readonly<{ port: number }>

type Certificates = Readonly<{
  own?: KeptCertificate | undefined
  /** For the hosts of a cloud. */
  standIn?: KeptCertificate | undefined
}>

export async function dev(given: DevFlags, terminal: Terminal): Promise<Running> {
  const flags = { ...given, port: given.port ?? (given.as ? standInPort : defaultDevPort) }
  checkDevelopment({ host: flags.host, faults: flags.fault })
  readThrottle({ throttle: flags.throttle })
  if (flags.as && !flags.https) {
    throw new CommandError(
      `--as ${flags.as} needs --https: programs ask those hosts over TLS only.`,
    )
  }
  const rights = flags.port === standInPort ? explainPort443(process.platform) : undefined
  await expectPort(flags, '--port', rights)
  // Even with --memory, curl needs a picture in a file.
  const folder = flags.memory ? await mkdtemp(join(tmpdir(), 'visage-')) : flags.data
  const removeFolder = () =>
    flags.memory ? rm(folder, { recursive: true, force: true }) : undefined
  try {
    const certificates = await openCertificates(flags, folder)
    const development = await start(flags, certificates, terminal)
    const place = describeStandIn(flags, certificates, development)
    const stop = () => development.close().finally(removeFolder)
    try {
      terminal.print(await greet(development, flags, { folder, certificates, place }, terminal))
    } catch (error) {
      await stop()
      throw error
    }
    // Loaded here, because the start must not wait for it.
    const { buildPageBehind } = await import('../pages/build-behind.ts')
    const page = buildPageBehind(terminal.complain)
    development.photosReady
      .then(development.startRenderers)
      .catch(error => terminal.complain(`Demo photos: ${String(error)}`))
    const close = () => {
      // First, because a second signal ends the process at once.
      if (place) terminal.print(['', ...writeUndo(place)].join('\n'))
      return page.end().then(stop)
    }
    return { close }
  } catch (error) {
    await removeFolder()
    throw explainStart(error, flags.port, '--port', rights)
  }
}

/**
 * In the data folder. With --memory in the user's own, because a certificate is trusted once and for
 * all starts; where that cannot be written, in the folder of this start.
 */
async function openCertificates({ https, as, memory }: Flags, folder: string) {
  const open = (kind: Kind) =>
    memory
      ? keepCertificate(userFolder(), kind).catch(() => keepCertificate(folder, kind))
      : keepCertificate(folder, kind)
  if (!https) return {}
  return { own: await open(ownKind), standIn: as && (await open(standInKind(as))) }
}

async function start(
  flags: Flags,
  { own, standIn }: Certificates,
  terminal: Terminal,
): Promise<Development> {
  return await startDevelopment({
    host: flags.host,
    port: flags.port,
    tls: own && { ...own, others: standIn && [standIn] },
    as: flags.as,
    redirectUris: flags.redirectUri,
    data: flags.memory ? undefined : flags.data,
    strictContentType: flags.strictContentType,
    throttle: readThrottle({ throttle: flags.throttle }),
    // A developer sends one picture at a time. Each renderer takes memory, and a quarter of a second to start.
    limits: readLimits({ renderers: '1' }),
    write: jsonLines(terminal, Date.now),
    faults: flags.fault,
    missingPage: 'being built',
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
  flags: Flags,
  {
    folder,
    certificates: { own, standIn },
    place,
  }: Readonly<{
    folder: string
    certificates: Certificates
    place: StandInPlace | undefined
  }>,
  { program, printColours }: Terminal,
): Promise<string> {
  const picture = await writeExample(folder)
  const shown = (path: string) => spellPath(resolve(path), process.cwd())
  return writeGreeting({
    origin,
    program,
    at: flags.port === defaultDevPort ? '' : `--port ${portOf(origin)}`,
    people: demo.people.map(describePerson),
    tenant: demo.tenantDomain,
    picture: shown(picture),
    certificate: own && shown(own.file),
    isNew: [own, standIn].flatMap(kept => (kept ? explainNew(kept, shown(kept.file)) : [])),
    redirectUris: flags.redirectUri,
    standIn: place ? writeStandIn(place) : [],
    data: flags.memory ? undefined : shownFolder(shown(folder)),
    colours: printColours,
  })
}

/** What programs are led to, and how. */
function describeStandIn(
  { as, host }: Flags,
  { standIn }: Certificates,
  { origin }: Development,
): StandInPlace | undefined {
  if (!as || !standIn) return undefined
  return {
    hosts: standIn.names,
    address: host === 'localhost' ? '127.0.0.1' : host,
    port: portOf(origin),
    certificate: spellPath(resolve(standIn.file), process.cwd()),
    title: standIn.title,
    platform: process.platform,
  }
}

/** A URL leaves out the port of its scheme. */
function portOf(origin: string): number {
  const { port, protocol } = new URL(origin)
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
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
