// What only Chromium has is taken away: folder dialogs, file moves, wake locks, notifications, newer WGSL. The page works and says so.
import type { Page } from '@playwright/test'
import { expect, expectIdle, expectMeasured, figure, openSample, press, test, typeNumber } from './studio.ts'

/** What the worker finds; put before its own script. */
const WITHOUT_IN_WORKER = `
  delete FileSystemFileHandle.prototype.move
  Object.defineProperty(navigator.gpu, 'wgslLanguageFeatures', { value: new Set() })
`

async function becomeAnotherBrowser(page: Page): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['showDirectoryPicker', 'showOpenFilePicker', 'showSaveFilePicker', 'Notification'])
      Reflect.deleteProperty(window, name)
    Reflect.deleteProperty(DataTransferItem.prototype, 'getAsFileSystemHandle')
    Reflect.deleteProperty(Navigator.prototype, 'wakeLock')
  })
  await page.route('**/assets/worker-*.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: WITHOUT_IN_WORKER + (await response.text()) })
  })
}

test('a browser without Chromium’s extras opens, quantizes, exports and resumes', async ({ page }) => {
  await becomeAnotherBrowser(page)
  await openSample(page)
  await page.getByRole('radio', { name: 'INT8' }).check()
  await expectMeasured(page, 'INT8')
  const exporting = page.getByRole('region', { name: 'Export', exact: true })
  await expect(exporting).toContainText(
    'This browser lets no page write into folders; the export is one zip.',
  )
  await expect(exporting.getByRole('button', { name: 'Save to folder' })).toHaveCount(0)
  const download = page.waitForEvent('download')
  await press(page, 'Export')
  expect((await download).suggestedFilename()).toBe('sample-decant.zip')
  await expect(page.getByRole('list', { name: 'Written files' })).toContainText(/predicts on \d+ of 200 rows/)
  await expectIdle(page)

  await typeNumber(page, 'Epochs', '1')
  await press(page, 'Distill')
  await expectMeasured(page, 'Distilled')
  const distilled = (await figure(page, 'Distilled', 'KL')).exact
  await expect(page.getByText(/Kept in this browser, [\d.]+ MB/)).toBeVisible()
  await page.reload()
  await press(page, 'Resume session')
  await expectMeasured(page, 'Distilled')
  expect((await figure(page, 'Distilled', 'KL')).exact).toBe(distilled)
})
