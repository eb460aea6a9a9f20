// How long the sample takes from the first byte to a finished table, with its own recipe.
import { ALONE, expect, expectMeasured, openSample, press, test } from './studio.ts'

/** Seconds. The goal is 120 on two cores; machines that run tests vary, so only twice that fails. */
const MOST_SECONDS = 240

test.use({ hasWholeSample: true })

test('the sample’s whole recipe fills the table in minutes', ALONE, async ({ page }) => {
  const started = Date.now()
  const seconds = () => (Date.now() - started) / 1000
  await openSample(page)
  const opened = seconds()
  await press(page, 'Run all')
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeEnabled()
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeDisabled({
    timeout: 1000 * MOST_SECONDS,
  })
  await expectMeasured(page, 'Teacher', 'Distilled', 'Pruned', 'INT8', 'INT4')
  console.log(`teacher measured after ${opened.toFixed(1)} s, table finished after ${seconds().toFixed(1)} s`)
  await page.getByRole('tab', { name: 'Loss', exact: true }).click()
  await expect(page.getByText(/^Pruned, \d+ steps: loss from/)).toBeVisible()
  expect(seconds()).toBeLessThan(MOST_SECONDS)
})
