/** Steps on the page of Microsoft Graph Toolkit. */
import type { Page } from 'playwright-core'
import type { BrowserStand } from './browser-stand.ts'

/** As Alice, through the component for it. */
export async function signIn(page: Page): Promise<void> {
  await show(page, '<mgt-login></mgt-login>')
  const popup = page.waitForEvent('popup')
  await page.locator('mgt-login').getByRole('button', { name: 'Sign In' }).click()
  await (await popup).getByRole('button', { name: 'alice@visage.example' }).click()
  await page.getByText('Alice Öberg').first().waitFor()
}

export async function show(page: Page, html: string): Promise<void> {
  await page.evaluate(`document.querySelector('main').innerHTML = ${JSON.stringify(html)}`)
}

export async function setManager({ ask }: BrowserStand, whose: string, who: string): Promise<void> {
  await ask('PUT', `users/${whose}@visage.example/manager/$ref`, {
    '@odata.id': `https://graph.microsoft.com/v1.0/users/${who}@visage.example`,
  })
}
