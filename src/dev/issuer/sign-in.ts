/**
 * The sign-in page: shows the accounts, takes the choice, and returns it to the OAuth library. It decides
 * nothing about permissions.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import { signInScopes } from './clients.ts'
import { readForm } from './exchange.ts'
import { suggestPeople } from './mint.ts'
import { type Page, writePage, writeSignInPage } from './pages.ts'
import type { People, Person } from './people.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

type SignIn = Readonly<{ provider: Provider; people: People; tenantId: string }>

/** GET shows the page; POST `person=<id>` or `name=<name>` signs in as that person. */
export async function answerSignIn(
  signIn: SignIn,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const interaction = await findInteraction(signIn.provider, req, res)
  if (!interaction) {
    const words = 'Go back to the app and sign in again. Cookies have to be allowed.'
    return sendPage(res, 400, writePage('This sign-in has ended', [words], []))
  }
  if (req.method !== 'POST') return showPeople(signIn, interaction, res, '')
  const form = await readForm(req)
  const name = form.get('person') ?? form.get('name')?.trim() ?? ''
  const person = name ? await signIn.people.findPerson(signIn.tenantId, name) : undefined
  if (!person) return showPeople(signIn, interaction, res, name)
  const login = { accountId: person.id }
  await signIn.provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
}

async function findInteraction(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(req, res)
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

async function showPeople(
  { provider, people, tenantId }: SignIn,
  { params }: Interaction,
  res: ServerResponse,
  unknown: string,
): Promise<void> {
  const listed = await people.listPeople(tenantId)
  const client = await provider.Client.find(text(params.client_id))
  const hint = text(params.login_hint)
  const hinted = hint ? await people.findPerson(tenantId, hint) : undefined
  const page = writeSignInPage({
    people: hinted ? [hinted, ...listed.filter(({ id }) => id !== hinted.id)] : listed,
    clientName: client?.clientName ?? client?.clientId ?? '',
    scopes: text(params.scope)
      .split(' ')
      .filter(scope => scope !== '' && !signInScopes.includes(scope)),
    hint: unknown || (hinted ? '' : hint),
    problem: unknown ? explainUnknown(unknown, listed) : '',
  })
  sendPage(res, unknown ? 400 : 200, page)
}

function explainUnknown(name: string, listed: readonly Person[]): string {
  const near = suggestPeople(name, listed)
  const meant = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''
  return `There is nobody called '${name}'.${meant}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function sendPage(res: ServerResponse, status: number, { html, policy }: Page): void {
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'content-security-policy': policy,
    // not no-referrer: browsers would then send `Origin: null` with the form, which is refused
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  })
  res.end(html)
}
