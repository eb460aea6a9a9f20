// Every state of the page against WCAG 2.2 A and AA, in light and dark, and at the widths from 320 to 2,560 pixels.
import type { Page } from '@playwright/test'
import {
  expect,
  expectAccessible,
  expectFits,
  expectIdle,
  expectMeasured,
  press,
  rowOf,
  test,
} from './studio.ts'

const PHONE = { width: 320, height: 720 }
const WIDE = { width: 2560, height: 1440 }
const DESK = { width: 1440, height: 900 }

const both = async (page: Page, name: string, part?: string) => test.step(name, () => expectFits(page, part))

test('no rule is broken from the first paint to an exported model and its end', async ({ page }) => {
  await page.goto('/')
  await both(page, 'first paint')
  await expectMeasured(page, 'Teacher')
  await both(page, 'the sample is open')

  await press(page, 'Distill')
  await expect(page.getByText('Distill · Training')).toBeVisible()
  await both(page, 'training')
  // Stories ask for reduced motion.
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await press(page, 'Pause')
  await both(page, 'paused')
  await press(page, 'Resume')
  await press(page, 'Cancel')
  await expectIdle(page)

  await page.getByLabel('Data file').setInputFiles({
    name: 'broken.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('text,label\n"never closed,refund\n'),
  })
  await expect(page.getByRole('alert').first()).toBeVisible()
  await both(page, 'an error')
  await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).first().click()

  await page.getByRole('radio', { name: 'INT8' }).check()
  await expectMeasured(page, 'INT8')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Written files' })).toContainText(/predicts on \d+ of 200 rows/)
  await expectIdle(page)
  await eachTab(page, 'Charts')
  await eachTab(page, 'A closer look')
  await dialogs(page)
  for (const summary of await page.locator('summary').all())
    if (await summary.isVisible()) await summary.click()
  for (const size of [PHONE, WIDE, DESK]) {
    await page.setViewportSize(size)
    await both(page, `everything unfolded at ${size.width} px`)
  }
  await press(page, 'Close model')
  await expect(page.getByRole('button', { name: 'Close model' })).toHaveCount(0)
  await both(page, 'no model')
})

/** Every view behind a row of tabs, at desktop and phone width. */
async function eachTab(page: Page, list: string): Promise<void> {
  for (const tab of await page.getByRole('tablist', { name: list }).getByRole('tab').all()) {
    await tab.click()
    await expect(tab).toHaveAttribute('aria-selected', 'true')
    await both(page, `${list}: ${await tab.textContent()}`, '[role=tabpanel]')
  }
}

async function dialogs(page: Page): Promise<void> {
  await press(page, 'Shortcuts')
  await test.step('shortcuts', () => expectAccessible(page))
  await page.keyboard.press('Escape')
  await rowOf(page, 'Teacher').getByRole('button', { name: /%/ }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await both(page, 'the source of a figure')
  await page.keyboard.press('Escape')
}
