/** The certificate of `visage dev --https` as it was once: its own authority, for any name, with its key beside it. */
import { KeyObject } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'

const day = 86_400_000

/** Writes both files, and returns the text of the key. */
export async function writeOldCertificate(folder: string, now: number): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Visage for developers',
    keys,
    notBefore: new Date(now - day),
    notAfter: new Date(now + 300 * day),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
    ],
  })
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString()
  await writeFile(join(folder, 'certificate.pem'), made.toString('pem'))
  await writeFile(join(folder, 'certificate-key.pem'), key, { mode: 0o600 })
  return key
}
