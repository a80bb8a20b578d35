/**
 * A real Keycloak from its distribution, in its development mode, and its admin API. A realm with a person, an
 * administrator by a realm role, a public client, and an application, as docs/issuers.md asks for them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../support/free-port.ts'

export const realm = 'visage'
export const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const admin = { username: 'admin', password: 'admin' }

export type Keycloak = AsyncDisposable &
  Readonly<{
    /** `http://localhost:12345/realms/visage` */
    issuer: string
    /** Asks the admin API of the realm: '/users'. */
    ask: (method: string, path: string, body?: unknown) => Promise<unknown>
    /** Tokens of the token endpoint, with the form's fields. */
    tokens: (form: Readonly<Record<string, string>>) => Promise<Tokens>
  }>

export type Tokens = Readonly<{ access_token: string; id_token?: string }>

/** `folder` holds bin/kc.sh. Throws if it is not ready in time. */
export async function startKeycloak(folder: string): Promise<Keycloak> {
  const port = await findFreePort()
  const origin = `http://localhost:${port}`
  const options = [`--http-port=${port}`, '--http-host=127.0.0.1', `--hostname=${origin}`]
  const child = spawn(`${folder}/bin/kc.sh`, ['start-dev', '--db=dev-mem', ...options], {
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
      JAVA_OPTS_APPEND: '-Xmx512m',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      log = `${log}${chunk}`.slice(-8000)
    })
  }
  const stop = async () => {
    if (child.exitCode !== null || child.pid === undefined) return
    // kc.sh starts Java as a child.
    process.kill(-child.pid, 'SIGKILL')
    await once(child, 'exit')
  }
  try {
    await waitFor(`${origin}/realms/master`, () => child.exitCode === null)
  } catch (error) {
    await stop()
    throw new Error(`Keycloak did not start: ${log}`, { cause: error })
  }
  const issuer = `${origin}/realms/${realm}`
  return {
    issuer,
    ask: (method, path, body) => askAdmin(origin, method, path, body),
    tokens: form => postForm(`${issuer}/protocol/openid-connect/token`, form),
    [Symbol.asyncDispose]: stop,
  }
}

/** Ten minutes: it builds itself at the first start, which takes two on a busy machine. */
async function waitFor(address: string, isRunning: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (!isRunning()) break
    const answer = await fetch(address).catch(() => undefined)
    if (answer?.ok) return
    await delay(1000)
  }
  throw new Error(`${address} did not answer`)
}

/** An administrator's token lives a minute, so each call gets one. */
async function askAdmin(
  origin: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const endpoint = `${origin}/realms/master/protocol/openid-connect/token`
  const form = { grant_type: 'password', client_id: 'admin-cli', ...admin }
  const { access_token } = await postForm(endpoint, form)
  const base = path === '' ? '/admin/realms' : `/admin/realms/${realm}`
  const answer = await fetch(`${origin}${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

async function postForm(address: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(form) })
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Tokens
}
