// Without a network, from the second visit.
import { expect, expectMeasured, openSample, test } from './studio.ts'

test.use({ serviceWorkers: 'allow', hasWholeSample: true })

test('the page and the sample work offline from the second visit', async ({ page, context }) => {
  await openSample(page)
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
  await page.reload()
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  await context.setOffline(true)
  await page.reload()
  await expectMeasured(page, 'Teacher')
})
