/**
 * The worker that draws. It says that it is there, is given one picture, and answers questions about it.
 */
import { type Answer, answers, type Question } from './answers.ts'

let bitmap: ImageBitmap | undefined

addEventListener('message', async ({ data }: MessageEvent<ImageBitmap | Question>) => {
  if (data instanceof ImageBitmap) bitmap = data
  else if (bitmap) postMessage(await tryAnswer(bitmap, data))
})

async function tryAnswer(bitmap: ImageBitmap, { number, kind, cut }: Question): Promise<Answer> {
  try {
    return { number, result: await answers[kind](bitmap, cut) }
  } catch (error) {
    return { number, error: String(error) }
  }
}

postMessage('ready')
