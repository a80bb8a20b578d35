/**
 * Certificates of `visage dev --https`, for development only. An authority is made for each certificate, signs it, and its
 * key is forgotten: nothing on the disk can sign another. The authority is also limited to the names of its certificate,
 * for clients to check. Clients trust the authority, because some refuse a server's certificate as one to trust.
 */
import { KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type * as x509 from '@peculiar/x509'

export type Certificate = Readonly<{
  /** PEM: the certificate of the server, then its authority. */
  cert: string
  /** PEM. */
  key: string
  /** PEM: what clients trust. */
  authority: string
}>

export type CertificateOrder = Readonly<{
  /** Host names and addresses. */
  names: readonly string[]
  /** What lists of trusted certificates show, before the last day: of two with one name, the wrong one might be removed. */
  title: string
  days: number
}>

/** For tests, and for starts that keep nothing. */
export async function certificateFor(names: readonly string[]): Promise<Certificate> {
  return await makeCertificate({ names, title: 'Visage for developers', days: 365 }, Date.now())
}

export async function makeCertificate(order: CertificateOrder, now: number): Promise<Certificate> {
  const authority = await makeAuthority(order, now)
  const { cert, key } = await authority.sign(order.names)
  return { cert: cert + authority.cert, key, authority: authority.cert }
}

/** Its key is in `sign` only. */
type Authority = Readonly<{
  cert: string
  sign: (names: readonly string[]) => Promise<Readonly<{ cert: string; key: string }>>
}>

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const usages = ['sign', 'verify'] as const
/** Clocks of clients in other systems of this machine, such as containers, may be a little behind. */
const earlierMs = 60_000

export async function makeAuthority(
  { names, title, days }: CertificateOrder,
  now: number,
): Promise<Authority> {
  // Loading this takes time, and most starts do not need it.
  const lib = await import('@peculiar/x509')
  const makeKeys = () => crypto.subtle.generateKey(algorithm, true, usages)
  const validity = {
    notBefore: new Date(now - earlierMs),
    notAfter: new Date(now + days * 86_400_000),
  }
  const keys = await makeKeys()
  const lastDay = validity.notAfter.toISOString().slice(0, 10)
  const name = [{ CN: [`${title} until ${lastDay}`] }]
  const own = await lib.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new lib.BasicConstraintsExtension(true, 0, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.keyCertSign, true),
      await limitNames(lib, names),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    cert: writePem(own),
    async sign(names) {
      const { publicKey, privateKey } = await makeKeys()
      const signed = await lib.X509CertificateGenerator.create({
        ...validity,
        subject: [{ CN: [`${title}, server`] }],
        issuer: name,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new lib.BasicConstraintsExtension(false, undefined, true),
          new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature, true),
          new lib.ExtendedKeyUsageExtension([lib.ExtendedKeyUsage.serverAuth]),
          new lib.SubjectAlternativeNameExtension(
            names.map(name => ({ type: isIP(name) ? 'ip' : 'dns', value: name })),
          ),
          await lib.SubjectKeyIdentifierExtension.create(publicKey),
          await lib.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      })
      const key = KeyObject.from(privateKey)
      return {
        cert: writePem(signed),
        key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      }
    },
  }
}

/**
 * "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the name satisfies the
 * name constraint": names below a permitted one cannot be left out. Kinds of names that are not listed would be unlimited,
 * so addresses are excluded where none is permitted.
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
 */
async function limitNames(lib: typeof x509, names: readonly string[]): Promise<x509.Extension> {
  const { GeneralName, GeneralSubtree, GeneralSubtrees, id_ce_nameConstraints, NameConstraints } =
    await import('@peculiar/asn1-x509')
  const { AsnConvert } = await import('@peculiar/asn1-schema')
  const treeOf = (name: string) =>
    new GeneralSubtree({
      base: new GeneralName(isAddress(name) ? { iPAddress: name } : { dNSName: name }),
    })
  const permitted = names.map(name =>
    isIP(name) ? `${name}/${isIP(name) === 4 ? 32 : 128}` : name,
  )
  const excluded = permitted.some(isAddress) ? [] : ['0.0.0.0/0', '::/0']
  const limits = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted.map(treeOf)),
    ...(excluded.length > 0 && { excludedSubtrees: new GeneralSubtrees(excluded.map(treeOf)) }),
  })
  return new lib.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(limits))
}

function isAddress(name: string): boolean {
  return name.includes('/')
}

function writePem(cert: x509.X509Certificate): string {
  return new X509Certificate(Buffer.from(cert.rawData)).toString()
}
