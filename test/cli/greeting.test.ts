/** The greeting of `visage dev`, line by line: it fits a narrow terminal, and a shell can run its commands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { explainNew, type Greeting, writeGreeting } from '../../src/cli/greeting.ts'

const greeting: Greeting = {
  origin: 'http://localhost:8080',
  program: 'npm run -s visage --',
  at: '',
  people: [
    { name: 'alice', isAdmin: false },
    { name: 'bob', isAdmin: false },
    { name: 'umut', isAdmin: true },
  ],
  tenant: 'visage.example',
  picture: 'data/example.jpg',
  certificate: undefined,
  data: './data',
  colours: 'plain',
}

/** Each row: what is different, and the text that is expected. */
const variants: readonly (readonly [string, Partial<Greeting>, readonly RegExp[]])[] = [
  ['in a checkout', {}, [/^TOKEN=\$\(npm run -s visage -- token\)$/m, /^Kept in \.\/data\./m]],
  ['as a package', { program: 'npx visage' }, [/^ {2}npx visage reset$/m]],
  [
    'on another port',
    { origin: 'http://localhost:49152', at: '--port 49152' },
    [/token --port 49152\)$/m, /reset --port 49152$/m],
  ],
  [
    'over TLS',
    { origin: 'https://localhost:49152', certificate: 'data/certificate.pem' },
    [
      /tokens\nare real, only this machine gets in\.\nCertificate: data\/certificate\.pem\n\n/,
      /^curl -i --cacert data\/certificate\.pem \\$/m,
      /^ {2}NODE_EXTRA_CA_CERTS=data\/cert/m,
    ],
  ],
  [
    'with a certificate that took the place of one without limits',
    {
      origin: 'https://localhost:8080',
      certificate: 'data/certificate.pem',
      isNew: explainNew({ state: 'replaced' }, 'data/certificate.pem'),
    },
    [/^data\/certificate\.pem is new: .*\nsign for any host.*\none, and remove the former/m],
  ],
  [
    'with a certificate that took the place of an old one',
    {
      origin: 'https://localhost:8080',
      certificate: 'data/certificate.pem',
      isNew: explainNew({ state: 'renewed' }, 'data/as-usgov-dod.pem'),
    },
    [/^data\/as-usgov-dod\.pem is new, .*\nended or did not fit\. Trust it again\.$/m],
  ],
  [
    'as the hosts of a cloud',
    {
      origin: 'https://localhost',
      at: '--port 443',
      certificate: 'data/certificate.pem',
      redirectUris: ['https://app.example/signed-in'],
      standIn: ['It stands in for these hosts of Microsoft:'],
    },
    [/It stands in .*\n\nCtrl-C/, /^ {2}may return to https:\/\/app\.example\/signed-in$/m],
  ],
  [
    'in memory',
    { data: undefined, picture: '/tmp/visage-a1b2c3/example.jpg' },
    [/^Kept in memory, and gone at the end\. To begin again:$/m],
  ],
]

for (const [where, change, patterns] of variants) {
  test(`the greeting ${where} begins with the page and the address, and fits 60 columns`, () => {
    const text = writeGreeting({ ...greeting, ...change })
    const lines = text.split('\n')
    const origin = change.origin ?? greeting.origin
    assert.deepEqual([lines[0], lines[3]], [origin, `${origin}/v1.0`])
    assert.deepEqual(
      lines.filter(line => line.length > 60),
      [],
    )
    for (const pattern of patterns) assert.match(text, pattern)
    assert.equal(lines.filter(line => line.startsWith('curl')).length, 2)
    assert.doesNotMatch(text, /eyJ|undefined/)
  })
}

test('the greeting has colours where there is a terminal, and the same words', () => {
  const coloured = writeGreeting({ ...greeting, colours: 'colours' })
  const plain = writeGreeting(greeting)
  assert.notEqual(coloured, plain)
  assert.equal(stripVTControlCharacters(coloured), plain)
})

test('a kept certificate, and the first one, are not told to be new', () => {
  for (const state of ['kept', 'first'] as const) assert.deepEqual(explainNew({ state }, 'x'), [])
})
