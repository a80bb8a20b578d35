/** People as a grid of faces: search, filters, keys, and what thousands of them cost. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { onPage } from '../../support/on-page.ts'
import { giveAlicePhoto } from '../../support/photo-steps.ts'
import { readUntil } from '../../support/read-until.ts'
import { signIn } from '../../support/sign-in-steps.ts'

onPage('people are found while typing, and those without a photo by a filter', {}, async visit => {
  const { page, origin, expectClean } = visit
  await giveAlicePhoto(visit)
  await page.goto(`${origin}/people`)
  await signIn(page, 'alice')
  const tiles = page.getByRole('gridcell')
  await page.getByText('40 found').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('adey')
  await page.getByText('1 found').waitFor()
  assert.match((await tiles.textContent()) ?? '', /Bob Adeyemi/)
  await page.keyboard.type('zzz')
  await page.getByText('Nobody called “adeyzzz”').waitFor()
  await page.getByRole('button', { name: 'Show everyone' }).click()
  await page.getByText('40 found').waitFor()
  await page.getByText('1 of 40 people have a photo').waitFor()
  await page.getByRole('radio', { name: 'No photo' }).check()
  await page.getByText('39 found').waitFor()
  await page.getByRole('combobox', { name: 'Department' }).selectOption('Design')
  await page.getByText('4 found').waitFor()
  await expectClean()
})

onPage('a search is still there when somebody comes back from a person', {}, async visit => {
  const { page, origin } = visit
  await page.goto(`${origin}/people`)
  await signIn(page, 'alice')
  await page.getByRole('searchbox', { name: 'Search people' }).fill('grace')
  await page.getByText('1 found').waitFor()
  await page.getByRole('gridcell').getByRole('link').press('Enter')
  await page.waitForURL(/\/people\/[0-9a-f-]{36}$/)
  await page.goBack()
  await page.getByText('1 found').waitFor()
})

onPage('keys walk the grid of people, which is one stop of Tab', {}, async visit => {
  const { page, origin, expectClean } = visit
  await page.goto(`${origin}/people`)
  await signIn(page, 'alice')
  const grid = page.getByRole('grid', { name: 'People' })
  const columns = Number(await grid.getAttribute('aria-colcount'))
  const names = await page.getByRole('gridcell').allTextContents()
  const focused = (expected: string | undefined) =>
    readUntil(
      () => page.evaluate<string | undefined>('document.activeElement?.textContent'),
      now => now === expected,
    )
  await grid.getByRole('link').first().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  assert.equal(await focused(names[columns + 1]), names[columns + 1])
  await page.keyboard.press('Home')
  assert.equal(await focused(names[columns]), names[columns])
  // The last one is not in the document yet.
  await page.keyboard.press('Control+End')
  await page.locator(':focus').filter({ hasText: '김민준' }).waitFor()
  await page.keyboard.press('Control+Home')
  await page.locator(':focus').filter({ hasText: 'Alice' }).waitFor()
  assert.equal(await grid.locator('[tabindex="0"]').count(), 1)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/people\/[0-9a-f-]{36}$/)
  await expectClean()
})

const thirtyFrames =
  '(async () => { for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame) })()'

const everybody = 5000
const pageSize = 200

/** Answers for 5,000 people; the pages that were asked for. */
async function pretendThousands(page: Page, origin: string): Promise<string[]> {
  const asked: string[] = []
  await page.route(`${origin}/v1.0/users?*`, async route => {
    const first = Number(new URL(route.request().url()).searchParams.get('$skiptoken') ?? 0)
    asked.push(String(first))
    const value = Array.from({ length: pageSize }, (_, index) => ({
      id: `00000000-0000-4000-8000-${String(first + index).padStart(12, '0')}`,
      displayName: `Person ${first + index}`,
      userPrincipalName: `person${first + index}@visage.example`,
    }))
    const next = first + pageSize
    const link = `${origin}/v1.0/users?$skiptoken=${next}`
    await route.fulfill({
      json: {
        '@odata.count': everybody,
        ...(next < everybody && { '@odata.nextLink': link }),
        value,
      },
    })
  })
  return asked
}

onPage(
  'of 5,000 people only those near the screen are asked for, and in the document',
  {},
  async visit => {
    const { page, origin } = visit
    const lists = await pretendThousands(page, origin)
    const faces: number[] = []
    page.on('request', request => {
      if (!request.url().endsWith('/$batch')) return
      const { requests } = request.postDataJSON() as { requests: readonly { url: string }[] }
      faces.push(requests.filter(({ url }) => url.includes('/photo')).length)
    })
    await page.goto(`${origin}/people`)
    await signIn(page, 'alice')
    await page.getByText('5,000 found').waitFor()
    const grid = page.getByRole('grid', { name: 'People' })
    const columns = Number(await grid.getAttribute('aria-colcount'))
    assert.equal(await grid.getAttribute('aria-rowcount'), String(Math.ceil(everybody / columns)))
    assert.deepEqual(lists, ['0'])

    // To the end of what is there: the next page comes, and the list stays where it is.
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
    await page.getByText('Person 199', { exact: true }).waitFor()
    // Not waitForFunction: it asks again with eval, which the policy of the page refuses.
    await page.evaluate(`new Promise(resolve => {
      const look = () =>
        document.documentElement.scrollHeight - scrollY > 3 * innerHeight ? resolve() : requestAnimationFrame(look)
      look()
    })`)
    const here = await page.evaluate('scrollY')
    await page.evaluate(thirtyFrames)
    assert.equal(await page.evaluate('scrollY'), here)
    assert.ok(lists.length <= 3, `${lists.length} pages of the list`)

    for (let step = 0; step < 20; step++) {
      await page.evaluate('scrollBy(0, 2 * innerHeight)')
      assert.ok((await page.getByRole('gridcell').count()) < 200)
    }
    assert.ok(
      faces.every(count => count <= 20),
      `${faces}`,
    )
  },
)
