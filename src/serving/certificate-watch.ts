/**
 * Loads a renewed certificate while the server runs: on SIGHUP, and every half minute for tools that send no signal.
 * If certificate and key do not match, the old pair stays; this happens while only one of the two files is replaced.
 */
import { X509Certificate } from 'node:crypto'
import type { WriteLine } from '../events.ts'
import type { Certificate } from '../settings/certificate.ts'

export type CertificateWatch = Readonly<{
  /** Reads the files now and logs the result. */
  renew: () => void
  end: () => void
}>

type CertificateWatchOptions = Readonly<{
  current: Certificate
  /** Throws where the files are not a certificate and its key. */
  load: () => Certificate
  use: (certificate: Certificate) => void
  write: WriteLine
  /** Calls `work` repeatedly. Returns a function that stops it. */
  repeat?: (work: () => void) => () => void
}>

export function watchCertificate(options: CertificateWatchOptions): CertificateWatch {
  const { load, use, write, repeat = everyHalfMinute } = options
  let current = options.current
  let complaint = ''

  function look(): 'renewed' | 'unchanged' | 'refused' {
    try {
      const found = load()
      complaint = ''
      if (isSame(found, current)) return 'unchanged'
      use(found)
      current = found
      const { validTo } = new X509Certificate(found.cert)
      write('info', { event: 'certificate-renewed', validTo })
      return 'renewed'
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // The same reason is logged once, not every half minute.
      if (reason !== complaint) write('error', { event: 'certificate-refused', reason })
      complaint = reason
      return 'refused'
    }
  }

  return {
    renew() {
      complaint = ''
      if (look() === 'unchanged') write('info', { event: 'certificate-unchanged' })
    },
    end: repeat(look),
  }
}

function isSame(one: Certificate, other: Certificate): boolean {
  return one.cert.equals(other.cert) && one.key.equals(other.key)
}

function everyHalfMinute(work: () => void): () => void {
  const timer = setInterval(work, 30_000).unref()
  return () => clearInterval(timer)
}
