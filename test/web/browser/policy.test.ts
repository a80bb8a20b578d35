/** Who forbids a change, and why, is said before a picture is chosen. */
import assert from 'node:assert/strict'
import { onPage } from '../../support/on-page.ts'
import { callGraph, giveAlicePhoto } from '../../support/photo-steps.ts'
import { signIn } from '../../support/sign-in-steps.ts'

const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

const policies = [
  {
    is: 'lets only some roles change photos',
    settings: { source: 'cloud', allowedRoles: [userAdministrator] },
    says: /lets only some roles change photos: User Administrator/,
  },
  {
    is: 'has its photos on-premises',
    settings: { source: 'onPremises', allowedRoles: [] },
    says: /come from your organization’s own directory and cannot be changed here/,
  },
]

for (const { is, settings, says } of policies) {
  onPage(
    `an organization that ${is} is told, with no buttons that cannot work`,
    {},
    async visit => {
      const { page, origin, expectClean } = visit
      await giveAlicePhoto(visit)
      const answer = await callGraph(visit, 'PATCH', '/admin/people/photoUpdateSettings', {
        who: 'grace',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(settings),
      })
      assert.equal(answer.status, 200, await answer.text())
      await page.goto(origin)
      await signIn(page, 'alice')
      await page.getByRole('img', { name: 'Photo of Alice Öberg' }).waitFor()
      await page.getByText(says).waitFor()
      await page.getByRole('button', { name: 'Copy' }).waitFor()
      assert.equal(await page.getByLabel('Choose a photo', { exact: true }).count(), 0)
      assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0)
      await expectClean()
    },
  )
}
