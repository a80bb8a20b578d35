/** Language, theme and motion: as the browser says, and as the person then chooses. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { onPage } from '../../support/on-page.ts'
import { readUntil } from '../../support/read-until.ts'
import { account, signIn } from '../../support/sign-in-steps.ts'

const languageOf = (page: Page) => page.evaluate<string>('document.documentElement.lang')

/** Of the ground of the page, 0 to 255. */
const brightnessOf = (page: Page) =>
  page.evaluate<number>(`(() => {
    const grounds = [document.body, ...document.querySelectorAll('#page, #page > *')]
      .map(element => getComputedStyle(element).backgroundColor)
      .filter(colour => !/, 0\\)|transparent/.test(colour))
    const [red, green, blue] = grounds.at(-1).match(/\\d+/g).map(Number)
    return (red + green + blue) / 3
  })()`)

const isDark = (page: Page, expected: boolean) =>
  readUntil(
    async () => (await brightnessOf(page)) < 60,
    dark => dark === expected,
  )

onPage('the page speaks the language of the browser', { locale: 'zh-CN' }, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await page.getByRole('button', { name: '登录' }).waitFor()
  assert.equal(await languageOf(page), 'zh-CN')
  await signIn(page, 'alice')
  await page.getByRole('heading', { level: 1, name: '我的照片' }).waitFor()
  await expectClean()
})

onPage('a language that it does not have becomes English', { locale: 'fr-FR' }, async visit => {
  await visit.page.goto(visit.origin)
  await visit.page.getByRole('button', { name: 'Sign in' }).waitFor()
  assert.equal(await languageOf(visit.page), 'en')
  await visit.expectClean()
})

onPage('a chosen language and theme survive the sign-in', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(origin)
  await page.getByRole('button', { name: '中文' }).click()
  await signIn(page, 'alice')
  await page.getByRole('heading', { level: 1, name: '我的照片' }).waitFor()
  await account(page).click()
  await page.getByRole('radio', { name: 'English' }).check({ force: true })
  await page.getByRole('heading', { level: 1, name: 'My photo' }).waitFor()
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
  await page.locator('html[lang=en]').waitFor()
  assert.equal(await isDark(page, true), true)
  // The next view needs another permission: the page goes to the issuer and comes back.
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Contacts' }).click()
  await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor()
  assert.equal(await isDark(page, true), true)
  await expectClean()
})

for (const [colorScheme, expected] of [
  ['light', false],
  ['dark', true],
] as const) {
  onPage(`a browser in ${colorScheme} gets a ${colorScheme} page`, { colorScheme }, async visit => {
    await visit.page.goto(visit.origin)
    await visit.page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal(await isDark(visit.page, expected), expected)
    await visit.expectClean()
  })
}

onPage('less motion is no motion', { reducedMotion: 'reduce' }, async visit => {
  const { page, origin, expectClean } = visit
  await page.addInitScript(`window.moved = []
    document.addEventListener('animationstart', ({ animationName, target }) => {
      const { duration, iterations } = target.getAnimations().find(one => one.animationName === animationName)
        ?.effect.getComputedTiming() ?? {}
      const moves = target.getAnimations().some(({ effect }) => effect.getKeyframes()
        .some(({ translate, scale, rotate, transform }) => translate ?? scale ?? rotate ?? transform))
      if (moves && duration > 10) moved.push(animationName + ' ' + duration)
    })`)
  await page.goto(origin)
  await signIn(page, 'alice')
  await page.getByRole('img', { name: 'Alice Öberg has no photo' }).waitFor()
  assert.deepEqual(await page.evaluate('moved'), [])
  await expectClean()
})
