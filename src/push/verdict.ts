/** What an answer means for the next step, and in words for the person who reads the report. */
import type { Answer } from './client.ts'

/**
 * 'later': not done, and may be sent again. 'unknown': the server failed on the way, and may have done it. 'changed': a
 * condition was not met, so nothing was done.
 */
export type Verdict = 'done' | 'later' | 'unknown' | 'missing' | 'changed' | 'refused'

const verdicts: Readonly<Record<number, Verdict>> = {
  404: 'missing',
  408: 'later',
  412: 'changed',
  429: 'later',
  503: 'later',
}

export function verdictOf({ status }: Answer): Verdict {
  if (status < 300) return 'done'
  return verdicts[status] ?? (status >= 500 ? 'unknown' : 'refused')
}

export type Problem = Readonly<{
  /** 0: no answer. */
  status: number
  /** Graph's. */
  code: string
  requestId: string
  /** What the server said. */
  words: string
  /** What to do. */
  advice: string
}>

export function problemOf({ status, body, requestId }: Answer): Problem {
  const { code, message } = readError(body)
  return { status, code, requestId, words: message, advice: adviceOf(status, code, message) }
}

function readError(body: Buffer): Readonly<{ code: string; message: string }> {
  try {
    const { error } = JSON.parse(body.toString()) as { error?: Record<string, unknown> }
    return {
      code: String(error?.code ?? '').slice(0, 100),
      message: String(error?.message ?? '').slice(0, 500),
    }
  } catch {
    // A proxy answers with a page.
    return { code: '', message: '' }
  }
}

/** The first that fits. */
const advices: readonly (readonly [status: number, pattern: RegExp, advice: string])[] = [
  [401, /./, 'Sign in again: the token was refused, and so was a new one.'],
  [403, /restrict|photoUpdate/i, "The organisation's settings do not let you change photos."],
  [
    403,
    /./,
    'Give the application one of the permissions that the message names, and sign in again.',
  ],
  [404, /mailbox|MailboxNotEnabled|RESTAPINotEnabled/i, 'No mailbox? Try --max-bytes 100000.'],
  [
    404,
    /./,
    'They are not in the directory any more, or have no mailbox: then try --max-bytes 100000.',
  ],
  [400, /mailbox/i, 'They have no mailbox.'],
  [413, /./, 'Try --max-bytes 100000.'],
  [412, /./, 'Somebody changes this photo right now. Run the same command again.'],
  [429, /./, 'The server was too busy all the time. Run the same command again later.'],
  [503, /./, 'The server was too busy all the time. Run the same command again later.'],
  [0, /./, 'Look at the network and the address, and run the same command again.'],
]

function adviceOf(status: number, code: string, message: string): string {
  const text = `${code} ${message} `
  const found = advices.find(([of, pattern]) => of === status && pattern.test(text))
  const later =
    'Run the same command again; if it stays, ask whoever runs the server with the request id.'
  return found?.[2] ?? later
}

export function problemOfNoAnswer(words: string, requestId: string): Problem {
  return { status: 0, code: '', requestId, words, advice: adviceOf(0, '', words) }
}
