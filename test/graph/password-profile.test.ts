/**
 * A password that Graph makes clients send with a new user is nowhere afterwards: in no answer, in no line of the log and
 * in no file of the database.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startDevelopment } from '../../src/dev/development.ts'

const password = 'Xq7-secret-of-nobody'
const folder = await mkdtemp(join(tmpdir(), 'visage-password-'))
after(() => rm(folder, { recursive: true }))

const person = (more: object) => ({
  accountEnabled: true,
  displayName: 'Anna Adler',
  mailNickname: 'anna.adler',
  userPrincipalName: 'anna.adler@visage.example',
  passwordProfile: { forceChangePasswordNextSignIn: true, password },
  ...more,
})

/** With the status that each is answered with; one fails in the directory, the others before it. */
const bodies: readonly (readonly [status: number, body: string])[] = [
  [201, JSON.stringify(person({}))],
  [400, JSON.stringify(person({ displayName: 'Again' }))],
  [400, JSON.stringify(person({ officeLocation: 'x' }))],
  [400, JSON.stringify(person({ displayName: 7 }))],
  [400, `${JSON.stringify(person({})).slice(0, -1)}`],
  [400, JSON.stringify(person({})).replace('{', '{"displayName":"A",')],
]

test('the password of a new user is neither answered, nor logged, nor kept', async () => {
  const lines: string[] = []
  const development = await startDevelopment({
    host: '127.0.0.1',
    port: 0,
    data: folder,
    strictContentType: false,
    write: (_severity, fields) => lines.push(JSON.stringify(fields)),
  })
  const token = await development.issuer.mint({ app: {}, roles: ['User.ReadWrite.All'] })
  const post = async (path: string, body: string) => {
    const response = await fetch(`${development.origin}/v1.0/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
    return { status: response.status, text: await response.text() }
  }
  try {
    for (const [status, body] of bodies) {
      const answer = await post('users', body)
      assert.equal(answer.status, status, answer.text)
      assert.ok(!answer.text.includes(password))
    }
    const part = {
      id: '1',
      method: 'POST',
      url: '/users',
      headers: { 'content-type': 'application/json' },
    }
    const named = person({ userPrincipalName: 'batch@visage.example' })
    const batch = await post('$batch', JSON.stringify({ requests: [{ ...part, body: named }] }))
    assert.match(batch.text, /"status":201/)
    assert.ok(!batch.text.includes(password))
  } finally {
    await development.close()
  }
  assert.deepEqual(
    lines.filter(line => line.includes(password)),
    [],
  )
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const holding = async (text: string) => {
    const contents = await Promise.all(
      files.map(async file => ({ file, bytes: await readFile(file) })),
    )
    return contents.filter(({ bytes }) => bytes.includes(text)).map(({ file }) => file)
  }
  assert.deepEqual(await holding(password), [])
  assert.notDeepEqual(
    await holding('anna.adler@visage.example'),
    [],
    'the search finds nothing at all',
  )
})
