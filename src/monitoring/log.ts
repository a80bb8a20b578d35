/**
 * The log of `visage serve`: one JSON object per line, written with pino. It decides how lines are
 * written; events.ts decides which, and what they may not contain.
 */
import { pino } from 'pino'
import type { Severity, WriteLine } from '../events.ts'

type LogOptions = Readonly<{
  /** Lowest severity to log. */
  level: Severity
  /** A file descriptor, or another writer. */
  to: number | Readonly<{ write: (line: string) => void }>
  /** Added to every line: the number of the worker. */
  with?: Readonly<Record<string, unknown>> | undefined
  now?: () => number
}>

const levels = { error: 50, warning: 40, info: 30, debug: 20 } as const satisfies Record<
  Severity,
  number
>

/** Lines beyond this are dropped, so that a full disk under the log does not fill the memory. */
const maxWaitingBytes = 1024 * 1024
/** For a slow reader. A stopped reader is not waited for, since requests would wait too. */
const timeoutMs = 1000

/**
 * Each line is written before the next, without buffer and thread, so that it survives any end of the
 * process. At info a line is written when a photo is changed, not when one is read, so this delays no
 * reader.
 */
export function openLog({ level, to, with: fields, now = Date.now }: LogOptions): WriteLine {
  const reportLost = (lines: number) => log.warning({ event: 'lines-lost', lines })
  const log = pino(
    {
      level,
      customLevels: levels,
      useOnlyCustomLevels: true,
      base: fields ?? null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: severity => ({ severity }) },
    },
    typeof to === 'number' ? openDescriptor(to, reportLost) : to,
  )
  return (severity, line) => log[severity](line)
}

function openDescriptor(fd: number, reportLost: (lines: number) => void) {
  let lost = 0
  let stuckSinceMs: number | undefined
  let later: NodeJS.Timeout | undefined
  const destination = pino.destination({
    dest: fd,
    sync: true,
    maxLength: maxWaitingBytes,
    // A pipe is full. False: keep the rest and report an error.
    retryEAGAIN() {
      const nowMs = performance.now()
      stuckSinceMs ??= nowMs
      return nowMs - stuckSinceMs < timeoutMs
    },
  })
  destination.on('write', bytes => {
    if (bytes > 0) stuckSinceMs = undefined
  })
  destination.on('drop', () => {
    lost += 1
  })
  // A log without a reader, or on a full disk, must not stop the server.
  destination.on('error', () => {
    later ??= setTimeout(tryAgain, timeoutMs).unref()
  })
  function tryAgain(): void {
    later = undefined
    // The kept lines go first.
    destination.write('')
    if (later !== undefined || lost === 0) return
    reportLost(lost)
    lost = 0
  }
  return destination
}
