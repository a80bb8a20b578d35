/** Sums and order of the figures on who has a photo. */
import type { Share } from '../graph/coverage.ts'

export function sumOf(shares: readonly Share[]): Readonly<{ people: number; withPhoto: number }> {
  let [people, withPhoto] = [0, 0]
  for (const share of shares) {
    people += share.people
    withPhoto += share.withPhoto
  }
  return { people, withPhoto }
}

type Department = Share & Readonly<{ department: string }>

/** Departments, those where most photos are missing first; none where there are no departments. */
export function withMostMissing(shares: readonly Share[]): readonly Department[] {
  const missing = ({ people, withPhoto }: Share) => people - withPhoto
  return shares
    .filter((share): share is Department => share.department !== undefined && share.people > 0)
    .toSorted((one, other) => missing(other) - missing(one))
}
