/**
 * The log of `visage serve`: one JSON object a line, written with pino. It decides how a line gets out;
 * what is worth one, and what never stands in it, is events.ts.
 */
import { pino } from 'pino'
import type { Severity, WriteLine } from '../events.ts'

export type LogOptions = Readonly<{
  /** The least grave that is written. */
  level: Severity
  /** A file descriptor, or whatever else takes lines. */
  to: number | Readonly<{ write: (line: string) => void }>
  /** In every line: which worker it was. */
  with?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds since 1970. */
  now?: () => number
}>

const levels = { error: 50, warning: 40, info: 30, debug: 20 } as const satisfies Record<
  Severity,
  number
>

/** What nobody takes is dropped beyond this: a full disk under the log does not take the memory too. */
const maxWaitingBytes = 1024 * 1024
/** For a reader that is slow. One that has stopped is not waited for, or all who want photos would wait too. */
const patienceMs = 1000

/**
 * Each line is written before the next is begun, with no buffer and no thread: what happened before the
 * process ended, however it ended, is there. At info a line is written when a photo is changed, not when
 * one is read, so this holds up nobody.
 */
export function openLog({ level, to, with: fields, now = Date.now }: LogOptions): WriteLine {
  const tellLost = (lines: number) => log.warning({ event: 'lines-lost', lines })
  const log = pino(
    {
      level,
      customLevels: levels,
      useOnlyCustomLevels: true,
      base: fields ?? null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: severity => ({ severity }) },
    },
    typeof to === 'number' ? openDescriptor(to, tellLost) : to,
  )
  return (severity, line) => log[severity](line)
}

function openDescriptor(fd: number, tellLost: (lines: number) => void) {
  let lost = 0
  let stuckSinceMs: number | undefined
  let later: NodeJS.Timeout | undefined
  const destination = pino.destination({
    dest: fd,
    sync: true,
    maxLength: maxWaitingBytes,
    // A pipe is full. False: what was to be written is kept, and an error.
    retryEAGAIN() {
      const nowMs = performance.now()
      stuckSinceMs ??= nowMs
      return nowMs - stuckSinceMs < patienceMs
    },
  })
  destination.on('write', bytes => {
    if (bytes > 0) stuckSinceMs = undefined
  })
  destination.on('drop', () => {
    lost += 1
  })
  // A log that nobody reads any more, or a full disk under it, is no reason to stop serving photos.
  destination.on('error', () => {
    later ??= setTimeout(tryAgain, patienceMs).unref()
  })
  function tryAgain(): void {
    later = undefined
    // What is kept goes first. Lines that find no room for themselves do not try it.
    destination.write('')
    if (later !== undefined || lost === 0) return
    tellLost(lost)
    lost = 0
  }
  return destination
}
