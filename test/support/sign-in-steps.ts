/** How a person signs in on the page, in either language. */
import type { Locator, Page } from 'playwright-core'

/** From the first page, through the issuer's own choice of people. */
export async function signIn(page: Page, who: string): Promise<void> {
  await page.getByRole('button', { name: /^(?:Sign in|登录)$/ }).click()
  await choosePerson(page, who)
  await account(page).waitFor()
}

/** On the issuer's page. */
export async function choosePerson(page: Page, who: string): Promise<void> {
  await page.getByRole('button', { name: `${who}@visage.example` }).click()
}

/** The button of the menu with language, theme and sign-out: there only for somebody who is signed in. */
export function account(page: Page): Locator {
  return page.getByRole('button', { name: /^Account of |的帐户$/ })
}
