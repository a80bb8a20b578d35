/**
 * Keycloak as the issuer of `visage serve` with its preset: who is a person, an application, an administrator, and which
 * tokens are refused in words.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { launchBrowser, limitMs } from '../support/chromium.ts'
import { builtPage } from '../support/page.ts'
import { inFolder, startVisage } from '../support/visage.ts'
import { type Keycloak, startKeycloak } from './keycloak.ts'
import { makeRealm } from './keycloak-realm.ts'
import type { Outcome } from './outcome.ts'
import type { Part } from './part.ts'
import { runProgram } from './programs.ts'
import versions from './versions.json' with { type: 'json' }

const version = versions.keycloak['keycloak-quarkus-dist']

type Ask = (path: string, token: string, method?: string, body?: Uint8Array) => Promise<Answer>
type Answer = Readonly<{ status: number; text: string }>
type Meeting = Readonly<{ keycloak: Keycloak; origin: string; ask: Ask; picture: Uint8Array }>

/** Each throws with what it found instead. */
const checks: Readonly<Record<string, (meeting: Meeting) => Promise<void>>> = {
  'a person signs in, is added with names, and sets the own photo': async meeting => {
    const { access_token } = await tokensOf(meeting, 'anna', 'User.ReadWrite')
    const put = await meeting.ask('/me/photo/$value', access_token, 'PUT', meeting.picture)
    expect(put, 200)
    const me = JSON.parse(expect(await meeting.ask('/me', access_token), 200))
    same([me.displayName, me.givenName, me.surname], ['Anna Adams', 'Anna', 'Adams'])
  },
  'a person may not set the photo of another': async meeting => {
    const { access_token } = await tokensOf(meeting, 'anna', 'User.ReadWrite.All')
    const { access_token: root } = await tokensOf(meeting, 'root', 'User.ReadWrite')
    const { id } = JSON.parse(expect(await meeting.ask('/me', root), 200))
    const put = await meeting.ask(`/users/${id}/photo/$value`, access_token, 'PUT', meeting.picture)
    expect(put, 403)
  },
  'an administrator by a realm role may': async meeting => {
    const { access_token: anna } = await tokensOf(meeting, 'anna', 'User.ReadWrite')
    const { id } = JSON.parse(expect(await meeting.ask('/me', anna), 200))
    const { access_token } = await tokensOf(meeting, 'root', 'User.ReadWrite.All')
    const put = await meeting.ask(`/users/${id}/photo/$value`, access_token, 'PUT', meeting.picture)
    expect(put, 200)
  },
  'an application is one, with permissions as client roles': meeting =>
    actsAsApplication(meeting, 'daemon'),
  'an application with sessions for its service account is one': meeting =>
    actsAsApplication(meeting, 'daemon-with-sessions'),
  'a new key is known within half a minute, and the refusal before says so': async meeting => {
    await addKey(meeting.keycloak, 'rsa-generated', { keySize: ['2048'] })
    const { access_token } = await tokensOf(meeting, 'anna', 'User.ReadWrite')
    expect(await askUntilKeyIsKnown(meeting, access_token), 200)
  },
  'a token signed with EdDSA is read': async meeting => {
    await addKey(meeting.keycloak, 'eddsa-generated', { eddsaEllipticCurveKey: ['Ed25519'] })
    await setAttribute(meeting.keycloak, 'access.token.signed.response.alg', 'EdDSA')
    const { access_token } = await tokensOf(meeting, 'anna', 'User.ReadWrite')
    await setAttribute(meeting.keycloak, 'access.token.signed.response.alg', 'RS256')
    same(headerOf(access_token).alg, 'EdDSA')
    expect(await askUntilKeyIsKnown(meeting, access_token), 200)
  },
  'an ID token is refused in words, for it is the client’s': async meeting => {
    const { id_token = '' } = await tokensOf(meeting, 'anna', 'openid User.ReadWrite')
    contains(expect(await meeting.ask('/me', id_token), 401), 'Expected audience: visage')
  },
  'the page signs a person in': async ({ origin }) => {
    const launched = await launchBrowser()
    if ('missing' in launched) throw new Error(launched.missing)
    await using browser = launched.browser
    const page = await browser.newPage({ baseURL: origin, locale: 'en' })
    page.setDefaultTimeout(limitMs)
    await page.goto('/')
    await page.getByRole('button', { name: 'Sign in' }).first().click()
    await page.locator('#username').fill('anna')
    await page.locator('#password').fill('anna')
    await page.locator('#kc-login').click()
    await page.getByRole('heading', { name: 'My photo' }).waitFor()
    await page.getByRole('img', { name: 'Photo of Anna Adams' }).waitFor()
  },
  'a lightweight token is refused in words': async meeting => {
    const { access_token } = await tokensOf(meeting, 'anna', 'User.ReadWrite', 'light')
    contains(expect(await meeting.ask('/me', access_token), 401), 'aud')
  },
}

export const keycloakPart: Part = {
  title: 'Keycloak',
  needs: ['java', 'jar', 'mvn'],
  versions: versions.keycloak,
  checks: Object.keys(checks),
  isSdk: false,
  minutes: { install: 8, run: 15 },
  install,
  run: folder => runKeycloak(join(folder, `keycloak-${version}`)),
}

async function install(folder: string, minutes: number): Promise<string | undefined> {
  const artifact = `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`
  const copy = ['dependency:copy', artifact, `-DoutputDirectory=${folder}`] as const
  const fetched = await runProgram(['mvn', '-q', '-B', ...copy], { minutes })
  if (fetched.failed !== undefined) return fetched.failed
  const zip = `keycloak-quarkus-dist-${version}.zip`
  const unpacked = await runProgram(['jar', 'xf', zip], { minutes, cwd: folder })
  if (unpacked.failed !== undefined) return unpacked.failed
  const programs = join(folder, `keycloak-${version}/bin/kc.sh`)
  return (await runProgram(['chmod', '+x', programs], { minutes })).failed
}

async function runKeycloak(folder: string): Promise<readonly Outcome[]> {
  await builtPage()
  const outcomes: Outcome[] = []
  await using keycloak = await startKeycloak(folder)
  await makeRealm(keycloak.ask)
  await inFolder(async cwd => {
    const visage = await startVisage(['serve'], { cwd, env: serveWith(keycloak.issuer) })
    const { origin } = visage
    const meeting = { keycloak, origin, ask: askVisage(origin), picture: await drawPicture() }
    for (const [check, run] of Object.entries(checks)) {
      const failed = await run(meeting).then(() => undefined, String)
      outcomes.push({ check, ...(failed !== undefined && { failed }) })
    }
    await visage.stop()
  })
  return outcomes
}

function serveWith(issuer: string): Readonly<Record<string, string>> {
  return {
    VISAGE_ISSUER: issuer,
    VISAGE_ISSUER_PRESET: 'keycloak',
    VISAGE_AUDIENCE: 'visage',
    VISAGE_PAGE_CLIENT_ID: 'web',
    VISAGE_APPLICATIONS: 'daemon-with-sessions',
    VISAGE_DATA: 'data',
    VISAGE_PORT: '0',
  }
}

async function drawPicture(): Promise<Uint8Array> {
  const { drawFace } = await import('../../src/dev/demo/faces.ts')
  return await drawFace('keycloak', 648)
}

function askVisage(origin: string): Ask {
  return async (path, token, method = 'GET', body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' }
    const init = { method, headers, ...(body && { body: Uint8Array.from(body) }) }
    const answer = await fetch(`${origin}/v1.0${path}`, init)
    return { status: answer.status, text: await answer.text() }
  }
}

async function tokensOf({ keycloak }: Meeting, username: string, scope: string, client = 'web') {
  const person = { username, password: username, scope: `openid ${scope}` }
  return await keycloak.tokens({ grant_type: 'password', client_id: client, ...person })
}

async function actsAsApplication({ keycloak, ask, picture }: Meeting, client: string) {
  const secret = { client_id: client, client_secret: 'daemon' }
  const { access_token } = await keycloak.tokens({ grant_type: 'client_credentials', ...secret })
  contains(expect(await ask('/me', access_token), 400), '/me')
  const { value } = JSON.parse(expect(await ask('/users', access_token), 200))
  const names = value.map(({ displayName }: { displayName: string }) => displayName)
  same(
    names.includes('Anna Adams') && !names.some((name: string) => name.includes('service')),
    true,
  )
  expect(await ask(`/users/${value[0].id}/photo/$value`, access_token, 'PUT', picture), 200)
}

/** With a higher priority than the others, so it signs at once. */
async function addKey(
  { ask }: Keycloak,
  providerId: string,
  config: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const providerType = 'org.keycloak.keys.KeyProvider'
  const priority = { priority: ['500'], enabled: ['true'], active: ['true'] }
  const name = `new-${providerId}`
  await ask('POST', '/components', {
    name,
    providerId,
    providerType,
    config: { ...priority, ...config },
  })
}

async function setAttribute({ ask }: Keycloak, name: string, value: string): Promise<void> {
  const [client] = (await ask('GET', '/clients?clientId=web')) as [
    { id: string; attributes: Record<string, string> },
  ]
  const attributes = { ...client.attributes, [name]: value }
  await ask('PUT', `/clients/${client.id}`, { ...client, attributes })
}

function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}

/** Keys are fetched at most every 30 seconds for a key that nobody knows. */
async function askUntilKeyIsKnown({ ask }: Meeting, token: string): Promise<Answer> {
  for (let tries = 0; tries < 30; tries++) {
    const answer = await ask('/me', token)
    if (!answer.text.includes('try again in 30 seconds')) return answer
    await delay(3000)
  }
  return await ask('/me', token)
}

/** Returns the text of the answer. */
function expect({ status, text }: Answer, expected: number): string {
  if (status !== expected) throw new Error(`${status}, not ${expected}: ${text.slice(0, 300)}`)
  return text
}

function contains(text: string, part: string): void {
  if (!text.includes(part)) throw new Error(`"${part}" is not in ${text.slice(0, 300)}`)
}

function same(found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)]
  if (one !== other) throw new Error(`${one}, not ${other}`)
}
