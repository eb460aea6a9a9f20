// This device is measured on the page: opened by its address or its button, cancelled, run to its end, and copied.
import type { Page } from '@playwright/test'
import { ALONE, expect, expectFits, expectIdle, expectMeasured, openSample, press, test } from './studio.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const MOST_SECONDS = 30
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Measure this device' })
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

test('the device is measured in half a minute, and the table is there to copy', ALONE, async ({ page }) => {
  await page.goto('/#measure')
  const dialog = dialogOf(page)
  const start = dialog.getByRole('button', { name: 'Start' })
  await expect(start).toBeEnabled()
  const heldBefore = await heldBytes(page)
  const from = Date.now()
  await start.click()
  await expect(dialog.getByText(/\d+ of \d+ measurements/)).toBeVisible()
  await expect(dialog.getByRole('table', { name: 'Matrix products, F32' })).toBeVisible()
  const seconds = (Date.now() - from) / 1000
  console.log(`measured in ${seconds.toFixed(1)} s`)
  expect(seconds).toBeLessThan(MOST_SECONDS)

  const rows = dialog.getByRole('table', { name: 'Matrix products, F32' }).getByRole('row')
  expect(await rows.count()).toBeGreaterThan(3)
  await expect(rows.nth(1)).toHaveText(/^NT [\d × →]+[\d.,]+ m?s[\d.]+\d+%\d+\.\d%$/)
  await expect(dialog).toContainText(/All \d+ results are right\./)
  await expect(dialog.getByRole('row', { name: /F32 multiply-adds/ })).toContainText(/[\d.]+ [GT]FLOP\/s/)
  // The engine's own memory is as before: what measured has given its devices back.
  expect(await heldBytes(page)).toBe(heldBefore)

  await dialog.getByRole('button', { name: 'Markdown' }).click()
  expect(await copied(page)).toMatch(
    /^\*\*.+\*\* · .+ · small form, \d rounds\n[\s\S]+### Matrix products, F32/,
  )
  await dialog.getByRole('button', { name: 'JSON' }).click()
  const report = JSON.parse(await copied(page))
  expect(report.roofs.fma).toBeGreaterThan(0)
  // Where half a minute is too short for all, the last are left out, and counted.
  expect(report.families.length).toBeGreaterThanOrEqual(report.skipped > 0 ? 2 : 6)
  expect(report.contenders.map(({ id }: { id: string }) => id)).toEqual(['decant'])
  await expectFits(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectFits(page)
})

test('measuring is opened with the keyboard, cancelled, and waits while something else runs', async ({
  page,
}) => {
  await openSample(page)
  await page.getByRole('button', { name: 'Measure this device' }).press('Enter')
  const dialog = dialogOf(page)
  await expect(dialog).toBeVisible()
  expect(new URL(page.url()).hash).toBe('#measure')
  await dialog.getByRole('button', { name: 'Start' }).press('Enter')
  await expect(dialog.getByText(/[1-9]\d* of \d+ measurements/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(dialog.getByRole('button', { name: 'Start' })).toBeEnabled()
  await expect(dialog.getByRole('table')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  expect(new URL(page.url()).hash).toBe('')
  await expect(page.getByRole('alert')).toHaveCount(0)

  await press(page, 'Distill')
  await press(page, 'Measure this device')
  await expect(dialog.getByRole('button', { name: 'Start' })).toBeDisabled()
  await expect(dialog).toContainText('Something else is under way')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await press(page, 'Cancel')
  await expectIdle(page)
  await expectMeasured(page, 'Teacher')
})

/** What the GPU chip says is held now. */
async function heldBytes(page: Page): Promise<string | undefined> {
  const text = await page.getByRole('region', { name: 'GPU', exact: true, includeHidden: true }).textContent()
  return /([\d.]+ [kMG]?B) now/.exec(text ?? '')?.[1]
}
