/**
 * The certificate of `visage dev --https`: self-signed, for loopback names, valid for a year, and for
 * development only.
 */
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { loopbackNames } from '../loopback.ts'
import { certificateName, openDataFolder } from '../storage/data-folder.ts'

const lifetimeDays = 365

type Certificate = Readonly<{ cert: string; key: string }>
export type KeptCertificate = Certificate & Readonly<{ file: string }>

/** For starts that keep nothing else. */
export function userFolder(): string {
  return join(homedir(), '.visage')
}

/**
 * The folder's certificate, or a new one saved there, so that clients need to trust it only once.
 */
export async function keepCertificate(folder: string): Promise<KeptCertificate> {
  const certFile = join(folder, certificateName)
  const keyFile = join(folder, 'certificate-key.pem')
  try {
    const kept = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
    if (isCurrent(kept.cert, new Date())) return { ...kept, file: certFile }
  } catch {
    // Missing or unreadable: a new one is made, and a folder that is not writable fails there.
  }
  const made = await certificateFor(loopbackNames)
  openDataFolder(folder)
  await writeFile(keyFile, made.key, { mode: 0o600 })
  await writeFile(certFile, made.cert)
  return { ...made, file: certFile }
}

/** PEM texts. The certificate is its own authority, so a client that trusts it trusts no other certificate. */
export async function certificateFor(names: readonly string[]): Promise<Certificate> {
  // Loading this takes time, and most starts do not need it.
  const { generate } = await import('selfsigned')
  const now = Date.now()
  const made = await generate([{ name: 'commonName', value: 'Visage for developers' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 60_000),
    notAfterDate: new Date(now + lifetimeDays * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map(name =>
          isIP(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** Valid for at least another week. */
function isCurrent(cert: string, now: Date): boolean {
  const { validToDate } = new X509Certificate(cert)
  return validToDate.getTime() > now.getTime() + 7 * 86_400_000
}
