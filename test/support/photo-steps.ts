/** What a person does with a photo on the page, and what the server then has. */
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { OnPage } from './on-page.ts'
import { dHash, distance, portraitJpeg } from './pictures.ts'

type File = Readonly<{ name?: string; mimeType?: string; buffer: Buffer }>

/** It is disabled until the photo has been read. Playwright would fill it before, and the page would not look. */
export function photoInput(page: Page, label = 'Choose a photo'): Locator {
  return page.getByLabel(label, { exact: true }).and(page.locator(':enabled'))
}

export async function chooseFile(page: Page, file: File): Promise<void> {
  await photoInput(page).setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', ...file })
}

export function cropDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Move and zoom' })
}

export async function saveCrop(page: Page): Promise<void> {
  await cropDialog(page).getByRole('button', { name: 'Save' }).click()
}

export async function chooseAndSave(page: Page, buffer: Buffer): Promise<void> {
  await chooseFile(page, { buffer })
  await saveCrop(page)
  await page.getByText(/new photo (?:of .+ )?is live\./).waitFor()
}

type Server = Pick<OnPage, 'visage' | 'origin'>

/** As another program sees it; undefined where there is none. */
export async function readStored(server: Server, owner = '/me'): Promise<Buffer | undefined> {
  const response = await callGraph(server, 'GET', `${owner}/photo/$value`)
  if (response.status === 404) return undefined
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

/** Another program sets it. */
export async function setStored(server: Server, jpeg: Buffer, owner = '/me'): Promise<void> {
  const init = { headers: { 'content-type': 'image/jpeg' }, body: jpeg }
  const response = await callGraph(server, 'PUT', `${owner}/photo/$value`, init)
  assert.equal(response.status, owner.startsWith('/teams') ? 204 : 200)
}

export async function giveAlicePhoto(server: Server, seed = 1): Promise<Buffer> {
  const picture = await portraitJpeg({ width: 648, height: 648, seed })
  await setStored(server, picture)
  return picture
}

type Call = Readonly<{ headers?: Record<string, string>; body?: Buffer | string; who?: string }>

export async function callGraph(
  { visage, origin }: Server,
  method: string,
  path: string,
  { headers, body, who = 'alice' }: Call = {},
): Promise<Response> {
  const version = path.startsWith('/admin') ? 'beta' : 'v1.0'
  const authorization = `Bearer ${await visage.issuer.mint({ person: who })}`
  return await fetch(`${origin}/${version}${path}`, {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
}

/** The same picture to the eye. */
export async function assertAlike(one: Buffer | undefined, other: Buffer): Promise<void> {
  assert.ok(one, 'there is no photo')
  const bits = distance(await dHash(one), await dHash(other))
  assert.ok(bits <= 6, `${bits} of 64 bits differ`)
}
