/**
 * The sign-in pages, as plain HTML that works without scripts. Every text from outside is passed through `escapeHtml`.
 */

import { createHash } from 'node:crypto'
import { escapeHtml } from '../../html.ts'
import { nickname, type Person } from './people.ts'

export type Page = Readonly<{ html: string /** content-security-policy */; policy: string }>

type Action = Readonly<{
  /** A form of the OAuth library, with its hidden fields. */
  html: string
  formId: string
  name: string
}>

const style = `
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #5f6068; --paper: #fff; --wall: #f1f2f6;
  --line: #dcdde3; --accent: #4f46e5; --wrong: #b42318 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #a3a4ad; --paper: #1e1f24;
  --wall: #131418; --line: #34353c; --accent: #a5a0ff; --wrong: #ff9b8f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: start center; padding: 6vh 16px;
  background: var(--wall); color: var(--ink); font: 16px/1.45 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 14px; padding: 28px 24px }
h1 { font-size: 1.4rem; line-height: 1.2; margin: 0 0 6px } p { margin: 0 0 14px; color: var(--soft) }
p.wrong { color: var(--wrong) }
code { font: 600 1.5rem/1 ui-monospace, monospace; letter-spacing: .08em; color: var(--ink) }
input[type=text], input[type=search] { width: 100%; padding: 10px 12px; margin: 0 0 10px; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
.people { list-style: none; margin: 0 -10px; padding: 0; max-height: 56vh; overflow-y: auto }
.people button { display: flex; gap: 12px; align-items: center; width: 100%; padding: 8px 10px;
  border: 0; border-radius: 8px; background: none; color: inherit; font: inherit; text-align: start;
  cursor: pointer } .people button:hover, .people button:focus-visible { background: var(--wall) }
.people button:focus-visible { outline-offset: -2px }
.face { flex: none; width: 36px; height: 36px; border-radius: 50%; display: grid;
  place-items: center; font-size: .85rem; font-weight: 600; color: #fff }
.name { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: center } .mail { display: block; color: var(--soft); font-size: .85rem;
  overflow-wrap: anywhere }
.tag { font-size: .75rem; color: var(--soft); border: 1px solid var(--line);
  border-radius: 99px; padding: 1px 8px }
.main { width: 100%; padding: 10px; border: 0; border-radius: 8px; background: var(--accent);
  color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; margin-top: 6px }
.first { position: absolute; left: -99vw }
footer { margin-top: 18px; font-size: .8rem; color: var(--soft) }`

/** Filters while typing; Enter selects the first match; arrow keys move. */
const script = `
const box = document.querySelector('input[type=search]')
const buttons = [...document.querySelectorAll('.people button')]
const shown = () => buttons.filter(button => !button.parentElement.hidden)
const plain = text => text.normalize('NFD').replace(/\\p{M}/gu, '').toLowerCase()
box.addEventListener('input', () => {
  const wanted = plain(box.value.trim())
  for (const button of buttons)
    button.parentElement.hidden = !plain(button.textContent).includes(wanted)
})
document.addEventListener('keydown', event => {
  const all = shown()
  if (event.key === 'Enter' && event.target === box && all[0]) {
    event.preventDefault()
    all[0].click()
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  const next = all.indexOf(document.activeElement) + step
  ;(all[next] ?? (next < 0 ? box : all[all.length - 1] ?? box)).focus()
})`

/**
 * Nothing may be loaded, and no page may frame these: a framed page could trick a person into choosing an
 * account. Without `form-action`, because browsers apply it to the redirect that follows, which goes to
 * the app.
 */
const policy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** As many faces as fit a page; others are found by typing their full name. */
const maxListed = 200

export function writeSignInPage(options: {
  people: readonly Person[]
  clientName: string
  scopes: readonly string[]
  /** The initial text of the search box. */
  hint: string
  problem: string
}): Page {
  const { people, clientName, scopes, hint, problem } = options
  const listed = people.slice(0, maxListed)
  const wants = scopes.length > 0 ? ` It asks for ${escapeHtml(scopes.join(', '))}.` : ''
  return frame(
    'Who do you want to be?',
    `<p>You are signing in to <strong>${escapeHtml(clientName)}</strong>.${wants}</p>
${problem ? `<p class="wrong" role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post">
<button class="first" tabindex="-1" aria-hidden="true">Continue</button>
<input type="search" name="name" value="${escapeHtml(hint)}" placeholder="Name" aria-label="Name"
 autocomplete="off" autofocus spellcheck="false">
<ul class="people">${listed.map(writePerson).join('')}</ul>
</form>
${people.length > maxListed ? `<p>${people.length - maxListed} more: type the whole name.</p>` : ''}
<footer>Visage development sign-in. No password, this machine only.</footer>
<script>${script}</script>`,
  )
}

function writePerson(person: Person): string {
  const { id, displayName, userPrincipalName, roleTemplateIds } = person
  const tag = roleTemplateIds?.length ? '<span class="tag">admin</span>' : ''
  return `<li><button name="person" value="${escapeHtml(id)}">
<svg class="face" viewBox="0 0 36 36" width="36" height="36" aria-hidden="true">
<circle cx="18" cy="18" r="18" fill="hsl(${hueOf(id)} 45% 45%)"/>
<text x="18" y="23" text-anchor="middle" fill="#fff" font-size="14">${escapeHtml(initials(person))}</text>
</svg><span><span class="name">${escapeHtml(displayName)}${tag}</span>
<span class="mail">${escapeHtml(userPrincipalName)}</span></span></button></li>`
}

function initials(person: Person): string {
  const words = (person.displayName || nickname(person)).split(/\s+/).filter(Boolean)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return ends.map(word => [...(word ?? '')][0] ?? '').join('')
}

function hueOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE() % 360
}

export function writeCodePage(form: string, errorName: string | undefined): Page {
  const words = codeProblems[errorName ?? ''] ?? (errorName ? 'That did not work.' : '')
  return writePage(
    'Enter the code',
    ['Your app shows it.'],
    [{ html: form, formId: 'op.deviceInputForm', name: '' }],
    words,
  )
}

const codeProblems: Readonly<Record<string, string>> = {
  NoCodeError: 'Enter a code.',
  NotFoundError: 'There is no such code. Check the spelling, or ask the app for another.',
  ExpiredError: 'This code is too old. Ask the app for another.',
  AlreadyUsedError: 'This code has been used. Ask the app for another.',
  AbortedError: 'The sign-in was cancelled.',
}

export function writeConfirmPage(form: string, clientName: string, code: string): Page {
  return frame(
    'Is this your code?',
    `<p>Continue only if <strong>${escapeHtml(clientName)}</strong> shows</p>
<p><code>${escapeHtml(code)}</code></p>${form}
<button class="main" form="op.deviceConfirmForm" autofocus>Continue</button>`,
  )
}

export function writePage(
  title: string,
  words: readonly string[],
  actions: readonly Action[],
  problem = '',
): Page {
  const said = words.map(word => `<p>${escapeHtml(word)}</p>`).join('')
  const wrong = problem ? `<p class="wrong" role="alert">${escapeHtml(problem)}</p>` : ''
  return frame(title, said + wrong + actions.map(writeAction).join(''))
}

function writeAction({ html, formId, name }: Action): string {
  const value = name ? `name="${name}" value="yes"` : ''
  return `${html}<button class="main" form="${formId}" ${value}>Continue</button>`
}

function frame(title: string, content: string): Page {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>`
  return { html, policy }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
