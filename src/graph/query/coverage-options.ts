/**
 * The query options of the lists of who has a photo. They are Visage's own, so they have no $: OData leaves such names to
 * the service. They are spelled as here; a value that is not understood is refused.
 */
import type { WantedPhoto } from '../../directory/photo-owners.ts'
import { invalidOption } from './query-refusals.ts'

export const photoStates = ['missing', 'set'] as const
export const maxWidth = 10_000

/** Throws Failure 'query-option-invalid'. */
export function readWantedPhoto(query: string): WantedPhoto {
  const options = new URLSearchParams(query)
  const photo = readOnce(options, 'photo')
  const narrowerThan = readOnce(options, 'narrowerThan')
  if (narrowerThan === undefined) return photo === undefined ? 'any' : readState(photo)
  const width = readWidth(narrowerThan)
  if (photo === undefined || readState(photo) === 'set') return { narrowerThan: width }
  throw invalidOption('narrowerThan', 'who has no photo has no width: leave out photo=missing')
}

function readOnce(options: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = options.getAll(name)
  if (more.length > 0) throw invalidOption(name, 'it is given twice')
  return value
}

function readState(value: string): (typeof photoStates)[number] {
  const state = photoStates.find(one => one === value)
  if (state === undefined) throw invalidOption('photo', 'missing or set is needed')
  return state
}

function readWidth(value: string): number {
  const width = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (width >= 1 && width <= maxWidth) return width
  throw invalidOption('narrowerThan', `a whole number from 1 to ${maxWidth} is needed`)
}
