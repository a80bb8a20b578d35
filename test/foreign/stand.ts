/**
 * The server and the surroundings that a program of another language meets: Visage over TLS, Alice at a browser, a
 * picture, and the environment variables that name them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contacts, groups, people, tenantId } from '../../src/dev/demo/tenant.ts'
import { startVisage } from '../../src/visage.ts'
import { idOf } from './known-ids.ts'
import { startPerson } from './person.ts'

export type Stand = AsyncDisposable &
  Readonly<{ url: string; folder: string; environment: Readonly<Record<string, string>> }>

const otherContact = idOf(contacts, 'Ifeoma Eze')

/** Calls that fail the first time, for the checks of another attempt. */
const faults = [
  '429 on GET groups/*/photos/48x48/$value first 1',
  `429 on PUT me/contacts/${otherContact}/photo/$value first 1`,
]

export async function startStand(): Promise<Stand> {
  const visage = await startVisage({ https: true, photos: 'none', faults })
  const folder = await mkdtemp(join(tmpdir(), 'visage-foreign-'))
  const certificate = visage.certificate ?? ''
  const person = await startPerson({ origin: visage.url, certificate })
  const [ca, picture] = [join(folder, 'ca.pem'), join(folder, 'picture.jpg')]
  await writeFile(ca, certificate)
  await writeFile(picture, await visage.picture('foreign'))
  return {
    url: visage.url,
    folder,
    environment: {
      VISAGE_URL: visage.url,
      VISAGE_CA: ca,
      VISAGE_PICTURE: picture,
      VISAGE_PERSON: person.url,
      VISAGE_TENANT: tenantId,
      VISAGE_USER: idOf(people, 'Alice Öberg'),
      VISAGE_GROUP: idOf(groups, 'Design'),
      VISAGE_CONTACT: idOf(contacts, 'Noé Tremblay'),
      VISAGE_OTHER_CONTACT: otherContact,
    },
    async [Symbol.asyncDispose]() {
      await person[Symbol.asyncDispose]()
      await visage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
