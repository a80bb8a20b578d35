/**
 * What can be asked about an opened picture, and who answers. The same table answers in the worker and on the page.
 */
import type { Cut } from './cut.ts'
import { drawCut, drawShown, measureCut } from './draw.ts'

export const answers = {
  /** The copy that the dialog shows. */
  show: drawShown,
  measure: measureCut,
  /** The photo that is saved. */
  cut: drawCut,
} as const satisfies Record<string, (bitmap: ImageBitmap, cut: Cut) => unknown>

type Kind = keyof typeof answers

/** A question to the worker; the answer has its number. The cut is of no use to `show`. */
export type Question = Readonly<{ number: number; kind: Kind; cut: Cut }>

export type Answer = Readonly<{ number: number; result?: unknown; error?: string }>
