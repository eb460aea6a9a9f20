// Without a mouse, and on a phone.
import type { Locator, Page } from '@playwright/test'
import { expect, expectFits, expectMeasured, figure, numberOf, openSample, rowOf, test } from './studio.ts'

/** Controls that may stand before the one looked for. */
const MOST_TABS = 60

test('from the prune ratio to the exported zip everything is reached and run with the keyboard alone', async ({
  page,
}) => {
  await openSample(page)
  await tabTo(page, page.getByRole('button', { name: 'Distill', exact: true }))
  await tabTo(page, page.getByRole('button', { name: 'Prune', exact: true }))
  const slider = page.getByRole('slider', { name: 'Prune ratio', exact: true })
  await tabTo(page, slider)
  const before = { ratio: await slider.inputValue(), parameters: await figure(page, 'Pruned', 'Parameters') }
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight')
  expect(Number(await slider.inputValue())).toBeGreaterThan(Number(before.ratio))
  expect(numberOf(await figure(page, 'Pruned', 'Parameters'))).toBeLessThan(numberOf(before.parameters))
  await expectMeasured(page, 'Pruned')

  await tabTo(page, page.getByRole('button', { name: 'Quantize', exact: true }))
  await page.keyboard.press('Enter')
  await expectMeasured(page, 'INT8', 'INT4')
  await expect(rowOf(page, 'Pruned')).toContainText('no recovery yet')

  await tabTo(page, page.getByRole('button', { name: 'Export', exact: true }))
  const download = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  expect((await download).suggestedFilename()).toBe('sample-decant.zip')
})

test('on a phone nothing scrolls sideways and no rule of WCAG is broken, in light and in dark', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openSample(page)
  await expectFits(page)
  for (const name of ['Explain Prune', 'Explain Quantize']) await page.getByRole('button', { name }).click()
  for (const summary of await page.locator('summary').all()) await summary.click()
  await expectFits(page)
})

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < MOST_TABS; i++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`${MOST_TABS} presses of Tab do not reach ${target}.`)
}
