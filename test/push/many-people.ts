/** A `visage dev` with many people, and a folder with a small photo of each. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Visage } from '../../src/visage.ts'
import { portraitJpeg } from '../support/pictures.ts'

const nameOf = (number: number) => `person.${number}@visage.example`

export async function addPeople(visage: Visage, count: number): Promise<void> {
  const token = await visage.token({ app: true })
  for (let number = 0; number < count; number++) {
    const answer = await fetch(`${visage.baseUrl}/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        accountEnabled: true,
        displayName: `Person ${number}`,
        mailNickname: `person.${number}`,
        userPrincipalName: nameOf(number),
        passwordProfile: { password: 'not kept' },
      }),
    })
    await answer.arrayBuffer()
    if (answer.status !== 201) throw new Error(`adding a person: ${answer.status}`)
  }
}

/** Ten different pictures; small, so that the server encodes few sizes. */
export async function addPhotos(folder: string, count: number): Promise<readonly Buffer[]> {
  const seeds = Array.from({ length: 10 }, (_, seed) => seed)
  const pictures = await Promise.all(
    seeds.map(seed => portraitJpeg({ width: 100, height: 100, seed: seed + 300 })),
  )
  for (let number = 0; number < count; number++) {
    const picture = pictures[number % pictures.length] ?? Buffer.alloc(0)
    await writeFile(join(folder, `${nameOf(number)}.jpg`), picture)
  }
  return pictures
}

/** Every answered call, also of more than the thousand that `requests` keeps: call `look` often. */
export function watchWrites(visage: Visage) {
  const seen = new Set<unknown>()
  const arrived = new Map<string, number>()
  return {
    look(): number {
      for (const entry of visage.requests()) {
        if (seen.has(entry)) continue
        seen.add(entry)
        const isWrite = entry.method === 'PUT' && entry.status === 200
        if (isWrite) arrived.set(entry.path, (arrived.get(entry.path) ?? 0) + 1)
      }
      return [...arrived.values()].reduce((sum, times) => sum + times, 0)
    },
    /** Address -> how often a photo arrived there. */
    arrived,
  }
}
