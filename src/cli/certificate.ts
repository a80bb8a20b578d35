/**
 * The certificate of `visage dev --https`: self-signed, for loopback names, for a year. Production
 * brings its own.
 */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { generate } from 'selfsigned'

const lifetimeDays = 365

/** PEM texts. It is its own authority: a client that trusts it trusts nothing else through it. */
export async function certificateFor(
  names: readonly string[],
): Promise<Readonly<{ cert: string; key: string }>> {
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

/** Good for a week more at least. */
export function isCurrent(cert: string, now: Date): boolean {
  const { validToDate } = new X509Certificate(cert)
  return validToDate.getTime() > now.getTime() + 7 * 86_400_000
}
