/**
 * Generated calls as bytes, valid and broken in every part of HTTP: lengths, chunks, targets, expectations, compression,
 * injections, and clients that stop in the middle.
 */
import { METHODS } from 'node:http'
import fc from 'fast-check'
import { type Asked, anyText } from './calls.ts'
import type { Bodies } from './pictures.ts'
import type { Script } from './wire.ts'

export type Stage = Readonly<{
  /** host:port of the server under attack. */
  host: string
  /** host:port in the issuer's own address. */
  issuerHost: string
  /** A person whose photo no request may set: every upload to them stays incomplete. */
  witness: Readonly<{ url: string; authorization: string }>
}>

type Lines = readonly (readonly [name: string, value: string])[]

export function anyScript(call: fc.Arbitrary<Asked>, bodies: Bodies, stage: Stage) {
  const honest = call.map(asked => toHonest(asked))
  const upload = fc.constantFrom(...bodies.pictures).map(
    (body): Asked => ({
      method: 'PUT',
      url: stage.witness.url,
      headers: { authorization: stage.witness.authorization, 'content-type': 'image/jpeg' },
      body,
    }),
  )
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Script>) => ({ weight, arbitrary })
  return fc.oneof(
    weighted(30, honestScript(honest, stage)),
    weighted(2, honestScript(fc.constant(unchanged(stage)), stage)),
    weighted(10, pipelined(honest, stage)),
    weighted(10, chunked(honest, stage)),
    weighted(8, brokenChunks(upload, stage)),
    weighted(10, wrongLength(upload, stage)),
    weighted(8, injected(call, stage)),
    weighted(4, huge(honest, stage)),
    weighted(8, otherTarget(honest, stage)),
    weighted(5, expecting(honest, stage)),
    weighted(10, packed(honest, bodies, stage)),
    weighted(15, mutated(honest, stage)),
    weighted(10, cutOff(upload, stage)),
    weighted(1, stalled(upload, stage)),
    weighted(5, otherProtocol(honest, stage)),
    weighted(4, toIssuer(stage)),
  )
}

/** A read that is answered 304. */
function unchanged({ witness: { url, authorization } }: Stage): Asked {
  const headers = { authorization, 'if-none-match': '*' }
  return { method: 'GET', url, headers, body: new Uint8Array() }
}

/** Values that HTTP allows; the others are for `injected`. */
function toHonest({ method, url, headers, body }: Asked): Asked {
  const clean = Object.entries(headers).map(([name, value]) => [
    name,
    value.replace(/[^\x20-\x7e]/g, '').trim(),
  ])
  return {
    method: METHODS.includes(method) && method !== 'CONNECT' ? method : 'GET',
    url: toTarget(url),
    headers: Object.fromEntries(clean),
    body,
  }
}

function toTarget(url: string): string {
  const target = url
    .toWellFormed()
    .replace(/[^\x21-\x7e]/gu, character => encodeURIComponent(character))
  return target.startsWith('/') ? target : `/${target}`
}

/** Only the names and values that are given, as they are given. */
function writeHead(start: string, lines: Lines): Buffer {
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${start}\r\n${text}\r\n`, 'latin1')
}

function startOf({ method, url }: Asked, version = 'HTTP/1.1'): string {
  return `${method} ${url} ${version}`
}

function linesOf({ headers }: Asked, { host }: Stage): Lines {
  return [['Host', host], ...Object.entries(headers)]
}

function writeRequest(asked: Asked, stage: Stage, more: Lines = []): Buffer {
  const length = ['Content-Length', String(asked.body.length)] as const
  const lines = [...linesOf(asked, stage), ...more]
  const needsLength = asked.body.length > 0 || /^P/.test(asked.method)
  const head = writeHead(startOf(asked), needsLength ? [...lines, length] : lines)
  return Buffer.concat([head, asked.body])
}

/** Above this the headers may be refused, and then the connection ends. */
const modestHead = 16 * 1024

function isModest(asked: Asked): boolean {
  const values = Object.entries(asked.headers).flat().join('')
  return asked.url.length + values.length < modestHead
}

const anyCut = fc.double({ min: 0, max: 1, noNaN: true })
const anyCuts = fc.array(anyCut, { maxLength: 3 })

function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map(cut => Math.floor(cut * bytes.length)), bytes.length]
  const sorted = places.toSorted((one, other) => one - other)
  return sorted.slice(1).map((place, index) => bytes.subarray(sorted[index], place))
}

function honestScript(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  return fc.tuple(honest, anyCuts, fc.boolean()).map(([asked, cuts, isLast]) => ({
    kind: 'honest',
    pieces: inPieces(writeRequest(asked, stage, isLast ? [['Connection', 'close']] : []), cuts),
    ending: 'answered',
    answers: isModest(asked) ? 1 : undefined,
  }))
}

function pipelined(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  return fc
    .tuple(fc.array(honest, { minLength: 2, maxLength: 5 }), anyCuts)
    .map(([asked, cuts]) => ({
      kind: 'pipelined',
      pieces: inPieces(Buffer.concat(asked.map(one => writeRequest(one, stage))), cuts),
      ending: 'answered',
      answers: asked.every(isModest) ? asked.length : undefined,
    }))
}

type ChunkStyle = Readonly<{ size: number; isUpper: boolean; zeros: number; extension: string }>
const anyStyle: fc.Arbitrary<ChunkStyle> = fc.record({
  size: fc.constantFrom(1, 2, 15, 16, 1000, 65_536, 5_000_000),
  isUpper: fc.boolean(),
  zeros: fc.nat(8),
  extension: fc.constantFrom('', ';a=b', ';a="b;c"', ';x', `;${'e'.repeat(500)}`),
})

function chunksOf(body: Uint8Array, { size, isUpper, zeros, extension }: ChunkStyle): Buffer[] {
  const chunks: Buffer[] = []
  // A picture in chunks of one byte is thousands of pieces: a few show as much.
  const step = Math.max(size, Math.ceil(body.length / 200))
  for (let at = 0; at < body.length; at += step) {
    const part = body.subarray(at, at + step)
    const length = part.length.toString(16).padStart(zeros, '0')
    chunks.push(
      Buffer.from(`${isUpper ? length.toUpperCase() : length}${extension}\r\n`),
      Buffer.from(part),
      Buffer.from('\r\n'),
    )
  }
  return chunks
}

const chunkedLine = ['Transfer-Encoding', 'chunked'] as const

function chunked(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const trailer = fc.constantFrom(
    '',
    'X-Trailer: a\r\n',
    'Content-Length: 3\r\nAuthorization: no\r\n',
  )
  return fc.tuple(honest, anyStyle, trailer, anyCuts).map(([asked, style, trailers, cuts]) => {
    const head = writeHead(startOf(asked), [...linesOf(asked, stage), chunkedLine])
    const end = Buffer.from(`0\r\n${trailers}\r\n`)
    return {
      kind: 'chunked',
      pieces: inPieces(Buffer.concat([head, ...chunksOf(asked.body, style), end]), cuts),
      ending: 'answered',
      answers: isModest(asked) ? 1 : undefined,
    }
  })
}

const brokenSizes = [
  ...[
    'zz',
    '-1',
    '0x10',
    '+5',
    ' 5',
    '5 5',
    '',
    'fffffffffffffffff',
    '7fffffffffffffff',
    'ffffffff',
  ],
  ...['5\r', '\n5', '5;\u0000', `5;${'e'.repeat(40_000)}`],
]

function brokenChunks(upload: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const ending = fc.constantFrom<Script['ending']>('answered', 'half-closed', 'aborted')
  return fc
    .tuple(upload, fc.constantFrom(...brokenSizes), fc.boolean(), ending)
    .map(([asked, size, isLate, ending]) => {
      const head = writeHead(startOf(asked), [...linesOf(asked, stage), chunkedLine])
      const good = isLate ? chunksOf(asked.body.subarray(0, 60), plainStyle) : []
      return {
        kind: 'broken chunks',
        pieces: [Buffer.concat([head, ...good]), Buffer.from(`${size}\r\n`), asked.body],
        ending,
        answers: undefined,
      }
    })
}

const plainStyle: ChunkStyle = { size: 16, isUpper: false, zeros: 0, extension: '' }

/** Each ends before the picture is complete, or cannot be read at all. */
function wrongLength(upload: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const ending = fc.constantFrom<Script['ending']>('half-closed', 'aborted', 'answered')
  return fc.tuple(upload, fc.nat(11), ending).map(([asked, way, ending]) => {
    const { length } = asked.body
    const cut = String(Math.floor(length / 2))
    const ways: readonly Lines[] = [
      [['Content-Length', String(length + 1)]],
      [['Content-Length', String(length + 1_000_000)]],
      [['Content-Length', '99999999999999999999']],
      [['Content-Length', `-${length}`]],
      [['Content-Length', `+${length}`]],
      [['Content-Length', `0x${length.toString(16)}`]],
      [['Content-Length', `${length}, ${length}`]],
      [
        ['Content-Length', cut],
        ['Content-Length', String(length)],
      ],
      [['Content-Length', String(length)], chunkedLine],
      [['Transfer-Encoding', 'gzip']],
      [
        ['Transfer-Encoding', 'chunked, identity'],
        ['Content-Length', cut],
      ],
      [['Transfer-Encoding', ' chunked\u0000']],
    ]
    const head = writeHead(startOf(asked), [...linesOf(asked, stage), ...(ways[way] ?? [])])
    return {
      kind: 'wrong length',
      pieces: [Buffer.concat([head, asked.body])],
      ending: ending === 'answered' && way < 2 ? 'half-closed' : ending,
      answers: undefined,
    }
  })
}

/** Header values and targets as generated, including line ends. */
function injected(call: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const evil = fc.constantFrom(
    ...['a\r\nx-injected: yes', 'a\nx-injected: yes', 'a\rx-injected: yes', 'a\u0000b', 'a\r\n\tb'],
    ...['a\r\n\r\nHTTP/1.1 200 OK\r\nx-injected: yes\r\n\r\n', '\u000b', '\u0085', 'é', '\u007f'],
  )
  const name = fc.constantFrom(
    ...['client-request-id', 'access-control-request-headers', 'origin', 'host', 'if-none-match'],
    ...['x y', '', 'a:b', 'content-length ', ' folded', 'x\u0000'],
  )
  const ending = fc.constantFrom<Script['ending']>('answered', 'half-closed')
  return fc
    .tuple(call, evil, name, fc.boolean(), ending)
    .map(([asked, value, name, isInTarget, ending]) => {
      const start = isInTarget
        ? `${asked.method} ${asked.url}${value} HTTP/1.1`
        : startOf(toHonest(asked))
      const head = writeHead(start, [...linesOf(asked, stage), [name, value]])
      return { kind: 'injected', pieces: [head], ending, answers: undefined }
    })
}

function huge(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const big = fc.constantFrom<Lines>(
    [['X-Big', 'b'.repeat(33_000)]],
    [['X-Big', 'b'.repeat(400_000)]],
    Array.from({ length: 3000 }, (_, index) => [`X-${index}`, 'v'] as const),
    [[`X-${'n'.repeat(60_000)}`, 'v']],
    [['Cookie', 'a=b; '.repeat(9000)]],
  )
  return fc.tuple(honest, big, fc.boolean(), anyCuts).map(([asked, lines, isTarget, cuts]) => {
    const target = isTarget ? { ...asked, url: `/v1.0/${'u'.repeat(40_000)}` } : asked
    return {
      kind: 'huge',
      pieces: inPieces(writeRequest(target, stage, isTarget ? [] : lines), cuts),
      ending: 'answered',
      answers: undefined,
    }
  })
}

function otherTarget(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const form = fc.constantFrom<(url: string) => string>(
    url => `http://${stage.host}${url}`,
    url => `https://graph.microsoft.com${url}`,
    url => `HTTP://evil.example:99999${url}`,
    () => 'http://evil.example',
    () => '*',
    () => stage.host,
    url => `//evil.example${url}`,
    url => url.replaceAll('/', '\\'),
    url => `ftp://a${url}`,
    url => `${url}#fragment`,
    url => `http://[::1${url}`,
  )
  const method = fc.constantFrom('', '', 'CONNECT', 'OPTIONS', 'TRACE', 'GET')
  return fc.tuple(honest, form, method).map(([asked, write, method]) => ({
    kind: 'other target',
    pieces: [
      writeRequest({ ...asked, url: write(asked.url), method: method || asked.method }, stage, [
        ['Connection', 'close'],
      ]),
    ],
    ending: 'answered',
    answers: undefined,
  }))
}

function expecting(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const expectation = fc.constantFrom('100-continue', '100-Continue', '200-ok', 'x', '')
  return fc.tuple(honest, expectation, fc.boolean()).map(([asked, value, waits]) => {
    const bytes = writeRequest(asked, stage, [['Expect', value]])
    const end = bytes.length - asked.body.length
    return {
      kind: 'expecting',
      pieces: waits ? [bytes.subarray(0, end), bytes.subarray(end)] : [bytes],
      ending: 'answered',
      answers: isModest(asked) ? 1 : undefined,
    }
  })
}

function packed(
  honest: fc.Arbitrary<Asked>,
  { packed: choices }: Bodies,
  stage: Stage,
): fc.Arbitrary<Script> {
  return fc
    .tuple(honest, fc.constantFrom(...choices), fc.boolean(), fc.boolean())
    .map(([asked, { encoding, bytes, isWhole }, isToWitness, isChunked]) => {
      // A body that does not decompress to a picture sets no photo, so it may be sent to the witness.
      const to = isToWitness && !isWhole ? toWitness(stage) : asked
      const packed = { ...to, body: bytes }
      const line = ['Content-Encoding', encoding] as const
      const head = writeHead(startOf(packed), [...linesOf(packed, stage), line, chunkedLine])
      const end = Buffer.from('0\r\n\r\n')
      return {
        kind: 'packed',
        pieces: [
          isChunked
            ? Buffer.concat([head, ...chunksOf(bytes, { ...plainStyle, size: 9000 }), end])
            : writeRequest(packed, stage, [line]),
        ],
        ending: 'answered',
        answers: isModest(packed) ? 1 : undefined,
      }
    })
}

function toWitness({ witness }: Stage): Asked {
  const headers = { authorization: witness.authorization }
  return { method: 'PATCH', url: witness.url, headers, body: new Uint8Array() }
}

function mutated(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const change = fc.record({
    at: fc.oneof(
      anyCut.map(cut => cut / 20),
      anyCut,
    ),
    remove: fc.nat(5),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('\r\n', '\n', '\0', ' ', ':', '\r\n\r\n', 'HTTP/1.1').map(Buffer.from),
    ),
  })
  return fc
    .tuple(honest, fc.array(change, { minLength: 1, maxLength: 4 }), anyCuts)
    .map(([asked, changes, cuts]) => {
      const bytes = changes.reduce(
        (before, { at, remove, insert }) => {
          const place = Math.floor(at * before.length)
          return Buffer.concat([before.subarray(0, place), insert, before.subarray(place + remove)])
        },
        writeRequest(asked, stage),
      )
      return {
        kind: 'mutated',
        pieces: inPieces(bytes, cuts),
        ending: 'answered',
        answers: undefined,
      }
    })
}

function cutOff(upload: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const ending = fc.constantFrom<Script['ending']>('half-closed', 'aborted', 'aborted')
  return fc.tuple(upload, anyCut, ending).map(([asked, cut, ending]) => {
    const bytes = writeRequest(asked, stage)
    return {
      kind: 'cut off',
      pieces: [bytes.subarray(0, Math.floor(cut * (bytes.length - 1)))],
      ending,
      answers: undefined,
    }
  })
}

/** Sends the beginning of a body and then nothing: the server must answer after its timeout. */
function stalled(upload: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  return upload.map(asked => ({
    kind: 'stalled',
    pieces: [writeRequest(asked, stage).subarray(0, -9)],
    ending: 'held',
    answers: 1,
  }))
}

function otherProtocol(honest: fc.Arbitrary<Asked>, stage: Stage): fc.Arbitrary<Script> {
  const greeting = fc.constantFrom(
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from('160301020001000100', 'hex'),
    Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'),
    Buffer.from('\r\n\r\n\r\n'),
    Buffer.from([0]),
  )
  const odd = fc.constantFrom('HTTP/1.0', 'HTTP/1.2', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', '')
  return fc
    .oneof(
      greeting.map(bytes => ({ bytes })),
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map(bytes => ({ bytes: Buffer.from(bytes) })),
      fc.tuple(honest, odd).map(([asked, version]) => ({
        bytes: writeHead(startOf(asked, version), linesOf(asked, stage)),
      })),
      honest.map(asked => ({ bytes: writeHead(startOf(asked), Object.entries(asked.headers)) })),
      fc.tuple(honest, fc.constantFrom('websocket', 'h2c')).map(([asked, protocol]) => ({
        bytes: writeRequest(asked, stage, [
          ['Connection', 'Upgrade, HTTP2-Settings'],
          ['Upgrade', protocol],
          ['HTTP2-Settings', 'AAMAAABkAAQAoAAAAAIAAAAA'],
        ]),
      })),
    )
    .map(({ bytes }) => ({
      kind: 'other protocol',
      pieces: [bytes],
      ending: 'answered',
      answers: undefined,
    }))
}

/** The issuer of `visage dev` answers in OAuth's form: only the rules for every answer are checked. */
export const issuerKind = 'to the issuer'

function toIssuer({ issuerHost }: Stage): fc.Arbitrary<Script> {
  const path = fc.constantFrom(
    ...['/_visage/token', '/common/oauth2/v2.0/authorize', '/common/oauth2/v2.0/token'],
    ...['/common/discovery/v2.0/keys', '/%zz/v2.0/.well-known/openid-configuration'],
    ...['/common/v2.0/.well-known/openid-configuration', '/common/oauth2/v2.0/devicecode'],
    ...['/_visage/requests', '/_visage/faults', '/_visage/choices'],
    ...['/common/oauth2/../../x', '/__proto__/oauth2/v2.0/token', '/common/oauth2/v2.0/logout'],
  )
  const body = fc.oneof(
    anyText,
    fc.jsonValue().map(value => JSON.stringify(value)),
    fc
      .record({ user: anyText, scopes: anyText, app: anyText, wids: anyText }, { requiredKeys: [] })
      .map(order => JSON.stringify(order)),
    fc.constantFrom(
      'grant_type=client_credentials&client_id=a&client_secret=b&scope=https://graph.microsoft.com/.default',
      'grant_type=refresh_token&refresh_token=%00&client_id=__proto__',
      'grant_type=authorization_code&code=x&redirect_uri=http://localhost&client_id=a',
      'grant_type=device_code&device_code=a&client_id=b',
    ),
  )
  const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', '')
  return fc
    .tuple(path, anyText, body, type, fc.boolean())
    .map(([path, query, body, type, isPosted]) => ({
      kind: issuerKind,
      pieces: [
        writeRequest(
          {
            method: isPosted ? 'POST' : 'GET',
            url: toTarget(`${path}?${query}`.slice(0, 9000)),
            headers: { host: issuerHost, 'content-type': type, connection: 'close' },
            body: isPosted ? Buffer.from(body.toWellFormed()) : new Uint8Array(),
          },
          { host: issuerHost, issuerHost, witness: { url: '', authorization: '' } },
        ),
      ],
      ending: 'answered',
      answers: undefined,
    }))
}
