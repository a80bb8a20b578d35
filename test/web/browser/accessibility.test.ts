/** axe finds nothing serious in any view and state: light, dark and forced colours, in both languages. */
import type { Page } from 'playwright-core'
import type { Words } from '../../../web/src/words/en.ts'
import { en } from '../../../web/src/words/en.ts'
import { zh } from '../../../web/src/words/zh.ts'
import { expectAccessible } from '../../support/accessible.ts'
import { onPage, type PageOptions } from '../../support/on-page.ts'
import { giveAlicePhoto, photoInput, setStored } from '../../support/photo-steps.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { account, signIn } from '../../support/sign-in-steps.ts'

const picture = await portraitJpeg({ width: 900, height: 1200, seed: 31 })

type Look = Readonly<{ name: string; words: Words; context: PageOptions }>

/** Colours in the middle of a fade have no contrast yet. */
const still = { reducedMotion: 'reduce' } as const

const looks: readonly Look[] = [
  { name: 'in light and English', words: en, context: { ...still, locale: 'en-US' } },
  {
    name: 'in dark and Chinese',
    words: zh,
    context: { ...still, locale: 'zh-CN', colorScheme: 'dark' },
  },
  {
    name: 'in forced colours on a phone',
    words: en,
    context: { ...still, forcedColors: 'active', viewport: { width: 390, height: 844 } },
  },
]

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

const choose = (page: Page, words: Words, buffer: Buffer) =>
  photoInput(page, words.common.choosePhoto).setInputFiles({
    name: 'photo.jpg',
    mimeType: 'image/jpeg',
    buffer,
  })

for (const { name, words, context } of looks) {
  onPage(`my photo can be used by everyone ${name}`, context, async visit => {
    const { page, origin, expectClean } = visit
    await giveAlicePhoto(visit)
    await page.goto(origin)
    await button(page, words.signIn.signIn).waitFor()
    await expectAccessible(page, 'before the sign-in')
    await signIn(page, 'alice')
    await button(page, words.common.remove).waitFor()
    await expectAccessible(page, 'with a photo')
    await account(page).click()
    await button(page, words.signIn.signOut).waitFor()
    await expectAccessible(page, 'the account menu')
    await page.keyboard.press('Escape')
    await choose(page, words, picture)
    await button(page, words.common.save).waitFor()
    await expectAccessible(page, 'the crop')
    await setStored(visit, await portraitJpeg({ width: 648, height: 648, seed: 32 }))
    await button(page, words.common.save).click()
    await button(page, words.photo.useMine).waitFor()
    await expectAccessible(page, 'changed meanwhile')
    await button(page, words.photo.useMine).click()
    await page.getByText(words.photo.saved).waitFor()
    await expectAccessible(page, 'saved')
    await button(page, words.common.remove).click()
    await button(page, words.common.undo).waitFor()
    await expectAccessible(page, 'removed')
    await choose(page, words, Buffer.from('no picture'))
    await page.getByText(words.crop.unreadable).waitFor()
    await expectAccessible(page, 'a file that is no picture')
    await expectClean([/^412 PUT /])
  })

  onPage(`the other views can be used by everyone ${name}`, context, async visit => {
    const { page, origin, expectClean } = visit
    await page.goto(`${origin}/groups`)
    await signIn(page, 'alice')
    await page.getByRole('option').first().click()
    await page.getByLabel(words.common.choosePhoto, { exact: true }).waitFor()
    await expectAccessible(page, 'a group')
    await page.getByRole('link', { name: words.contacts.title, exact: true }).click()
    await page.getByRole('option').first().waitFor()
    await expectAccessible(page, 'contacts')
    await page.getByRole('option').first().click()
    await page.getByLabel(words.common.choosePhoto, { exact: true }).waitFor()
    await expectAccessible(page, 'a contact')
    await page.getByRole('link', { name: words.people.title, exact: true }).click()
    await page.getByRole('gridcell').first().waitFor()
    await expectAccessible(page, 'people')
    // By key: while the grid scrolls, it takes no clicks, and on a slow machine each attempt to click scrolls again.
    await page.getByRole('gridcell').first().getByRole('link').press('Enter')
    await page
      .getByRole('heading', { level: 1 })
      .filter({ hasNotText: words.people.title })
      .waitFor()
    await expectAccessible(page, 'a person')
    await account(page).click()
    await page.getByRole('link', { name: words.settings.title, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: words.settings.title }).waitFor()
    await expectAccessible(page, 'settings')
    await expectClean()
  })
}
