/**
 * An entry as one line for a terminal. The caller decides about colours.
 */

import { styleText } from 'node:util'
import { guidPattern } from '../../guid.ts'
import type { Entry } from './entry.ts'

type Style = Parameters<typeof styleText>[0]

export function formatLine(entry: Entry, colours: 'colours' | 'plain'): string {
  const { method, path, who, status, reason, durationMs, faults } = entry
  const paint = (style: Style, text: string) =>
    colours === 'colours' ? styleText(style, text, { validateStream: false }) : text
  const time = new Date(entry.at).toTimeString().slice(0, 8)
  const verdict = [status === 0 ? '---' : String(status), reason].filter(Boolean).join(' ')
  return [
    paint('dim', time),
    method.padEnd(6),
    path.padEnd(34),
    shortened(who ?? '-').padEnd(8),
    paint(styleOf(status), verdict),
    paint('dim', `${Math.round(durationMs)} ms`),
    ...faults.map(text => paint('magenta', `[fault: ${text}]`)),
  ].join('  ')
}

/** Eight digits are enough to tell the programs of a test apart. */
function shortened(who: string): string {
  return who.replace(RegExp(guidPattern, 'i'), id => `${id.slice(0, 8)}…`)
}

function styleOf(status: number): Style {
  if (status >= 500 || status === 0) return 'red'
  if (status >= 400) return 'yellow'
  return status === 304 ? 'cyan' : 'green'
}
