/**
 * The commands of docs/first-day.md with 1,000 people, and their time beside that of rendering such pictures alone. The page
 * itself is recorded with 5,000.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderPack } from '../src/renditions/render.ts'
import { record } from '../tools/first-day.ts'
import { portraitJpeg } from './support/pictures.ts'

const people = 1000
const sample = 100

test('1,000 people from a CSV file have their photos', { timeout: 3_600_000 }, async context => {
  const { texts, seconds } = await record(people)
  const printed = (name: string) => texts.get(name) ?? ''
  assert.match(printed('import'), /^1,000 people written\.$/m)
  assert.match(printed('photos'), /^ *1000 200$/m)
  assert.match(printed('photos'), /^0 people\.$/m)
  assert.match(printed('leaver'), /^1 person removed\..*$/m)
  assert.match(printed('leaver'), /^404$/m)
  const alone = ((await secondsOfRendering()) / sample) * people
  const [imported = 0, set = 0] = ['import', 'photos'].map(name => seconds.get(name))
  context.diagnostic(
    `import ${imported.toFixed(1)} s, photos ${set.toFixed(1)} s; ${((imported + set) / alone).toFixed(2)} times the rendering of the pictures alone, one after another`,
  )
})

async function secondsOfRendering(): Promise<number> {
  const picture = await portraitJpeg({ width: 120, height: 120, grain: 4, seed: 1 })
  const started = performance.now()
  for (let index = 0; index < sample; index++) await renderPack(picture, 'square')
  return (performance.now() - started) / 1000
}
