/**
 * Asks about one opened picture: in a worker, so that slider and keys never wait; on the page where a browser has no
 * OffscreenCanvas or the worker cannot be loaded.
 */
import { type Answer, answers } from './answers.ts'
import type { Cut } from './cut.ts'
import type { Measures } from './hints.ts'
import { startWorker } from './worker-address.ts'

export type Cutter = Readonly<{
  show: () => Promise<Blob>
  measure: (cut: Cut) => Promise<Measures>
  cut: (cut: Cut) => Promise<Blob>
  /** Frees the picture. Questions that are open then stay without an answer. */
  close: () => void
}>

/** Takes the bitmap: nobody else may use it afterwards. */
export async function startCutter(bitmap: ImageBitmap): Promise<Cutter> {
  const worker = await readyWorker()
  return worker ? cutInWorker(worker, bitmap) : cutHere(bitmap)
}

/** Only a worker that has spoken gets the picture: one that failed would take it along. */
async function readyWorker(): Promise<Worker | undefined> {
  if (typeof Worker !== 'function' || typeof OffscreenCanvas !== 'function') return undefined
  const { promise, resolve } = Promise.withResolvers<Worker | undefined>()
  try {
    const worker = startWorker()
    worker.addEventListener('message', () => resolve(worker), { once: true })
    worker.addEventListener('error', () => resolve(undefined), { once: true })
  } catch {
    // No policy or no module workers in this browser: the page draws by itself.
    resolve(undefined)
  }
  return promise
}

function cutHere(bitmap: ImageBitmap): Cutter {
  return {
    show: async () => answers.show(bitmap),
    measure: async cut => answers.measure(bitmap, cut),
    cut: async cut => answers.cut(bitmap, cut),
    close: () => bitmap.close(),
  }
}

function cutInWorker(worker: Worker, bitmap: ImageBitmap): Cutter {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const { number, result, error } = data
    if (error === undefined) waiting.get(number)?.resolve(result)
    else waiting.get(number)?.reject(new Error(error))
    waiting.delete(number)
  })
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message))
    waiting.clear()
  })
  worker.postMessage(bitmap, [bitmap])
  const ask = async (kind: keyof typeof answers, cut?: Cut): Promise<unknown> => {
    const question = Promise.withResolvers<unknown>()
    waiting.set(++last, question)
    worker.postMessage({ number: last, kind, cut })
    return question.promise
  }
  return {
    show: () => ask('show') as Promise<Blob>,
    measure: cut => ask('measure', cut) as Promise<Measures>,
    cut: cut => ask('cut', cut) as Promise<Blob>,
    close: () => worker.terminate(),
  }
}
