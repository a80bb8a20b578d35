/**
 * The entry of a process that decodes pictures for push, one at a time, and is killed when one takes too long: preparers.ts.
 * It opens only the formats of photos, whatever a file is called.
 */
import sharp from 'sharp'
import { prepare, see, Unpreparable } from './prepare.ts'
import type { Work, Worked } from './preparers.ts'

// Ctrl-C at a terminal reaches every process; push itself ends this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

// Without this, an SVG or a PDF that is called .jpg would be drawn by its own program, with a larger surface for attacks.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map(name => `VipsForeignLoad${name}`),
})
sharp.cache(false)
sharp.concurrency(1)

process.on('message', (work: Work) => void answer(work))

async function answer(work: Work): Promise<void> {
  process.send?.(await perform(work))
}

async function perform(work: Work): Promise<Worked> {
  try {
    return work.do === 'prepare'
      ? { did: 'prepare', prepared: await prepare(work.path, work.preparing) }
      : { did: 'see', seen: await see(work.bytes) }
  } catch (error) {
    if (error instanceof Unpreparable) return { did: 'refuse', why: error.message }
    return { did: 'refuse', why: String(error) }
  }
}
