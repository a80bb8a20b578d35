/** The certificate of `visage serve`, and its key: read at the start, and again when they are renewed. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { name } from './reading.ts'
import { ConfigError } from './setting.ts'
import type { SettingName, Texts } from './table.ts'

/** In PEM form. */
export type Certificate = Readonly<{ cert: Buffer; key: Buffer }>
type CertificateFiles = Readonly<{ cert: string; key: string }>

/** A certificate, and where it is read again. */
export type Tls = Certificate & Readonly<{ files: CertificateFiles }>

export function readTls(texts: Texts): Tls | undefined {
  const { tlsCert, tlsKey } = texts
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined)
    throw new ConfigError(`${name('tlsCert')} is missing: ${name('tlsKey')} is set.`)
  if (tlsKey === undefined)
    throw new ConfigError(`${name('tlsKey')} is missing: ${name('tlsCert')} is set.`)
  const files = { cert: tlsCert, key: tlsKey }
  return { ...readCertificate(files), files }
}

/** Throws ConfigError if the files are not a certificate and its key. */
export function readCertificate(files: CertificateFiles): Certificate {
  const tls = { cert: fileOf('tlsCert', files.cert), key: fileOf('tlsKey', files.key) }
  try {
    createSecureContext(tls)
    return tls
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(
      `${name('tlsCert')} and ${name('tlsKey')}: not a certificate and its key in PEM form (${reason}).`,
      { cause },
    )
  }
}

function fileOf(setting: SettingName, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${name(setting)}: ${path} cannot be read (${reason}).`, { cause })
  }
}
