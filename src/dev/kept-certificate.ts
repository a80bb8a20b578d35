/**
 * Certificates of `visage dev --https` that are kept in a folder, so that clients need to trust them only once: which are
 * kept, for how long, and when one is replaced.
 */
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { readFileSync, renameSync } from 'node:fs'
import { chmod, lstat, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { loopbackNames } from '../loopback.ts'
import { certificateName, openDataFolder } from '../storage/data-folder.ts'
import type { CloudName } from '../tokens/clouds.ts'
import { type Certificate, type CertificateOrder, makeCertificate } from './certificate.ts'
import { hostsOf } from './stand-in.ts'

export type KeptCertificate = Certificate &
  Readonly<{
    /** What clients trust. */
    file: string
    /** As lists of trusted certificates show it. */
    title: string
    names: readonly string[]
    /** 'renewed' and 'replaced': it has to be trusted again; the replaced one could sign for any name. */
    state: 'kept' | 'first' | 'renewed' | 'replaced'
  }>

export type Kind = CertificateOrder &
  Readonly<{
    file: string
    keyFile: string
    /** It is renewed this early, so that it does not end while it is used. */
    spareDays: number
  }>

/** For this machine's own names. */
export const ownKind: Kind = {
  file: certificateName,
  keyFile: 'certificate-key.pem',
  names: loopbackNames,
  title: 'Visage for developers',
  days: 365,
  spareDays: 7,
}

/** For the hosts of a cloud. Valid for days only, because programs that trust it believe what this machine says. */
export function standInKind(cloud: CloudName): Kind {
  return {
    file: `as-${cloud}.pem`,
    keyFile: `as-${cloud}-key.pem`,
    names: hostsOf(cloud),
    title: `Visage as ${cloud}`,
    days: 7,
    spareDays: 1,
  }
}

/** For starts that keep nothing else. */
export function userFolder(): string {
  return join(homedir(), '.visage')
}

/** The folder's certificate, or a new one saved there. */
export async function keepCertificate(
  folder: string,
  kind: Kind,
  now = Date.now(),
): Promise<KeptCertificate> {
  const { names } = kind
  const file = join(folder, kind.file)
  const keyFile = join(folder, kind.keyFile)
  const found = await readPair(file, keyFile)
  const kept = readCurrent(found, kind, now)
  if (kept) {
    if (kept.authority !== found.authority) await writeWhole(file, kept.authority, 0o644)
    return { ...kept, file, names, title: titleOf(kept), state: 'kept' }
  }
  const made = await makeCertificate(kind, now)
  openDataFolder(folder)
  await writeWhole(keyFile, made.cert + made.key, 0o600, found.server)
  // Starts at the same time all use the one that is there now.
  const written = readCurrent(await readPair(file, keyFile), kind, now) ?? made
  await writeWhole(file, written.authority, 0o644)
  const state = found.authority === '' ? 'first' : stateOf(found)
  return { ...written, file, names, title: titleOf(written), state }
}

function titleOf({ authority }: Certificate): string {
  return new X509Certificate(authority).subject.replace(/^CN=/, '')
}

/** The second file holds both certificates and the key, so that it is whole; the first is a copy for clients. */
type Pair = Readonly<{ authority: string; server: string; isPrivate: boolean }>

/** One that is missing or unreadable is '': new ones are made, and a folder that is not writable fails there. */
async function readPair(file: string, keyFile: string): Promise<Pair> {
  // Missing, or not for this user to change.
  const isPrivate = await isPrivateFile(keyFile).catch(() => false)
  return { authority: readText(file), server: readText(keyFile), isPrivate }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Missing, a folder, or not for this user to read.
    return ''
  }
}

/**
 * A link may lead to a file of somebody else, and a key that others could read is a secret no longer. Where it stays
 * readable, as on a Windows drive in WSL, the file system knows no modes, and another key would be no better. Otherwise it is
 * removed at once: were this start killed now, the next would find its mode right.
 */
async function isPrivateFile(keyFile: string): Promise<boolean> {
  const found = await lstat(keyFile)
  if (!found.isFile()) return false
  if (process.platform === 'win32' || (found.mode & othersMask) === 0) return true
  await chmod(keyFile, 0o600)
  if (((await lstat(keyFile)).mode & othersMask) !== 0) return true
  await rm(keyFile)
  return false
}

const othersMask = 0o077

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*/
const keyPattern = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\s*/

/** undefined if it does not fit `kind`, or its time is over or not begun. */
function readCurrent({ server, isPrivate }: Pair, kind: Kind, now: number) {
  const [cert = '', authority = ''] = server.match(RegExp(certificatePattern, 'g')) ?? []
  const key = keyPattern.exec(server)?.[0] ?? ''
  const isUsable = isPrivate && isCurrent({ cert, key, authority }, kind, now)
  return isUsable ? { cert: cert + authority, key, authority } : undefined
}

function isCurrent({ cert, key, authority }: Certificate, kind: Kind, now: number): boolean {
  try {
    const own = new X509Certificate(cert)
    const above = new X509Certificate(authority)
    return (
      own.checkIssued(above) &&
      own.verify(above.publicKey) &&
      own.checkPrivateKey(createPrivateKey(key)) &&
      kind.names.every(name => (isIP(name) ? own.checkIP(name) : own.checkHost(name))) &&
      own.validFromDate.getTime() <= now &&
      own.validToDate.getTime() > now + kind.spareDays * 86_400_000
    )
  } catch {
    // Not a certificate, or not a key.
    return false
  }
}

/** Formerly one certificate was its own authority, for any name, and its key was kept. */
function stateOf({ authority, server }: Pair): 'renewed' | 'replaced' {
  const isOld = certificatePattern.test(authority) && !certificatePattern.test(server)
  return isOld && keyPattern.test(server) ? 'replaced' : 'renewed'
}

/**
 * Replaces the file: one that was readable for others, or a link, keeps nothing of what it was. With `before`, only if that is
 * still its text: another start may have replaced it. Nothing waits between the two, so that no other is likely to do it there.
 */
async function writeWhole(
  file: string,
  text: string,
  mode: number,
  before?: string,
): Promise<void> {
  const part = `${file}.${randomUUID()}.part`
  try {
    await writeFile(part, text, { mode, flag: 'wx' })
    if (before === undefined || readText(file) === before) renameSync(part, file)
    else await rm(part)
  } catch (error) {
    await rm(part, { force: true })
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    const detail = `the certificate file ${file} cannot be written${code}`
    throw new Failure('storage-unavailable', { detail, cause: error })
  }
}
