/** The photos of many people from files: whose each is, what is set, and what became of each. */
import assert from 'node:assert/strict'
import * as demo from '../../../src/dev/demo/tenant.ts'
import { onPage } from '../../support/on-page.ts'
import { assertAlike, callGraph, readStored } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const named = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer })
const staff = demo.people.filter(
  ({ userType, mail }) => userType === 'Member' && mail?.endsWith('@visage.example'),
)

onPage(
  'of 30 files those that fit one person are set, and each tells what became of it',
  {},
  async visit => {
    const { page, origin, expectClean } = visit
    const body = JSON.stringify({
      accountEnabled: true,
      displayName: 'Grace Wanjirũ',
      mailNickname: 'grace2',
      userPrincipalName: 'grace2@visage.example',
      passwordProfile: { password: 'is not kept' },
    })
    const headers = { 'content-type': 'application/json' }
    const made = await callGraph(visit, 'POST', '/users', { who: 'grace', headers, body })
    assert.equal(made.status, 201)

    const picture = await portraitJpeg({ width: 800, height: 600, seed: 7 })
    const square = await portraitJpeg({ width: 400, height: 400, seed: 8 })
    const others = staff.filter(({ givenName }) => givenName !== 'Grace').slice(0, 25)
    const files = [
      ...others.map(({ userPrincipalName }) => named(`${userPrincipalName}.jpg`, square)),
      named('Grace Wanjirũ.jpg', square),
      named('nobody at all.jpg', square),
      named(`${others[0]?.id}.png`, square),
      named('Kwame Asante-Ofosu.jpg', Buffer.from('no picture')),
      named('Ingrid-Marie Ødegård.JPG', picture),
    ]
    assert.equal(files.length, 30)
    await page.goto(`${origin}/people/many`)
    await signIn(page, 'umut')
    await page.getByLabel('Choose pictures').setInputFiles(files)
    await page.getByText('26 of 30 files fit one person; not usable as a photo: 1').waitFor()
    const rows = page.getByRole('row')
    const rowOf = (text: string) => rows.filter({ hasText: text })
    await rowOf('Grace Wanjirũ.jpg').getByText('Several people have this name').waitFor()
    await rowOf('nobody at all.jpg').getByText('Nobody has this name').waitFor()
    assert.equal(await rows.filter({ hasText: 'Another file is for' }).count(), 2)

    await rowOf('Kwame').getByText('This file is not a picture this browser can read.').waitFor()
    const ofKwame = rowOf('Kwame').getByRole('checkbox')
    assert.deepEqual([await ofKwame.isChecked(), await ofKwame.isDisabled()], [false, true])
    await page
      .getByRole('checkbox', { name: `Set the photo of ${others[1]?.displayName}` })
      .uncheck()
    await page.getByRole('button', { name: 'Set 24 photos' }).click()
    await page.getByText('24 set, 1 failed, 5 left as they are').waitFor()
    await assertAlike(await readStored(visit, `/users/${others[2]?.id}`), square)
    for (const left of [others[1]?.id, demo.people[3]?.id]) {
      assert.equal(await readStored(visit, `/users/${left}`), undefined)
    }
    await expectClean()
  },
)

onPage('who may not set the photos of others is told before anything is set', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people/many`)
  await signIn(page, 'bob')
  const picture = await portraitJpeg({ width: 400, height: 400, seed: 9 })
  await page.getByLabel('Choose pictures').setInputFiles([named('Grace Wanjirũ.jpg', picture)])
  await page.getByText('One of these roles is needed').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Set/ }).count(), 0)
  await expectClean()
})

onPage(
  'a busy server is left alone as long as it asks for, then every photo is set',
  { faults: ['429 on PUT users/*/photo/$value first 3'] },
  async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(`${origin}/people/many`)
    await signIn(page, 'umut')
    const picture = await portraitJpeg({ width: 400, height: 400, seed: 10 })
    const files = staff.slice(0, 6).map(({ mail }) => named(`${mail}.jpg`, picture))
    await page.getByLabel('Choose pictures').setInputFiles(files)
    await page.getByRole('button', { name: 'Set 6 photos' }).click()
    await page.getByText('6 set, 0 failed, 0 left as they are').waitFor()
    await expectClean([/429/])
  },
)
