// The comparison as an engineer uses it: sorted, narrowed, copied, asked where its numbers come from, and its past restored.
import type { Page } from '@playwright/test'
import {
  expect,
  expectAccessible,
  expectIdle,
  expectMeasured,
  figure,
  openSample,
  rowOf,
  test,
  typeNumber,
} from './studio.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const table = (page: Page) => page.getByRole('table', { name: 'Comparison', exact: true })
const head = (page: Page, name: string) => table(page).getByRole('columnheader', { name })
const rowNames = async (page: Page) =>
  (await table(page).getByRole('rowheader').allInnerTexts()).map((text) => text.split('\n')[0])

test('the table sorts by a column and goes back to the order of the pipeline', async ({ page }) => {
  await openSample(page)
  await typeNumber(page, 'Prune ratio', '0.5')
  await expectMeasured(page, 'Pruned')
  const pipeline = await rowNames(page)
  await head(page, 'Parameters').getByRole('button').click()
  await expect(head(page, 'Parameters')).toHaveAttribute('aria-sort', 'ascending')
  expect((await rowNames(page)).at(-1)).toBe('Teacher')
  await head(page, 'Parameters').getByRole('button').click()
  await expect(head(page, 'Parameters')).toHaveAttribute('aria-sort', 'descending')
  expect((await rowNames(page))[0]).toBe('Teacher')
  await head(page, 'Model').getByRole('button').click()
  await expect(head(page, 'Parameters')).not.toHaveAttribute('aria-sort')
  expect(await rowNames(page)).toEqual(pipeline)
  expect((await figure(page, 'Pruned', 'Parameters')).text).toContain('best')
})

test('hidden columns stay hidden after a reload, and copies hold what is shown', async ({ page }) => {
  await openSample(page)
  const choose = page.getByRole('button', { name: /^Columns/ })
  await choose.click()
  await page.getByRole('checkbox', { name: 'KL', exact: true }).uncheck()
  await expect(head(page, 'KL')).toHaveCount(0)
  await page.reload()
  await expectMeasured(page, 'Teacher')
  await expect(head(page, 'Accuracy')).toBeVisible()
  await expect(head(page, 'KL')).toHaveCount(0)

  await copyAs(page, 'Markdown')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toContain('| Teacher |')
  expect(copied).toContain('(stale)')
  expect(copied).not.toContain('KL')

  await choose.click()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(head(page, 'KL')).toBeVisible()
  await copyAs(page, 'CSV')
  const csv = await page.evaluate(() => navigator.clipboard.readText())
  expect(csv.split('\r\n')[0]).toBe(
    'model,parameters,bytes,accuracy,latency,gpu_bytes,multiply_adds,cost,macro_f1,agreement,kl,p_value,stale',
  )
})

test('where the browser does not let the page copy, the text stands ready', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
  })
  await openSample(page)
  await page.getByRole('button', { name: 'LaTeX', exact: true }).click()
  await expect(page.getByRole('textbox', { name: /copy it yourself/ })).toHaveValue(/\\begin\{tabular\}/)
})

test('a figure opens its source with the keyboard, and gives the focus back', async ({ page }) => {
  await openSample(page)
  await head(page, 'Parameters').getByRole('button').focus()
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter'])
    await page.keyboard.press(key)
  const dialog = page.getByRole('dialog', { name: 'Teacher: Latency' })
  await expect(dialog).toContainText('200 ms')
  await expect(dialog).toContainText('the median of your texts')
  await expect(dialog).toContainText(/self-test passed, \d+ kernels/)
  const samples = await dialog.locator('circle').count()
  expect(samples).toBeGreaterThanOrEqual(7)
  await expect(dialog.getByRole('img', { name: new RegExp(`^${samples} samples from`) })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(table(page).locator('tbody button').nth(3)).toBeFocused()

  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
  const cost = page.getByRole('dialog', { name: 'Teacher: Cost' })
  const before = (await figure(page, 'Teacher', 'Cost')).text
  await typeNumber(page, 'Price of the machine', '5')
  await expect(cost).toContainText('3,600')
  expect((await figure(page, 'Teacher', 'Cost')).text).not.toBe(before)
})

test('every result stays as a dot, and one of the past brings its settings back without a run', async ({
  page,
}) => {
  await openSample(page)
  const ratio = page.getByRole('slider', { name: 'Prune ratio', exact: true })
  for (const value of ['0.4', '0.7']) {
    await typeNumber(page, 'Prune ratio', value)
    await expectMeasured(page, 'Pruned')
  }
  await expect(page.getByRole('img', { name: /^Size and accuracy: 3 results/ })).toBeVisible()
  await page.getByText('Size and accuracy as a table').click()
  await page.getByRole('button', { name: /^Restore the settings of Pruned: prune 40%/ }).click()
  await expect(page.getByText('Settings of Pruned are back.')).toBeVisible()
  await expect(ratio).toHaveValue('0.4')
  await expectIdle(page)
  await expect(rowOf(page, 'Pruned')).toContainText('stale')
  await page.getByRole('button', { name: /Undo/ }).click()
  await expect(ratio).toHaveValue('0.7')
  await expect(rowOf(page, 'Pruned')).not.toContainText('stale')
})

test('on a phone the row that a slider changes stays in sight', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openSample(page)
  const slider = page.getByRole('slider', { name: 'Prune ratio', exact: true })
  await slider.scrollIntoViewIfNeeded()
  await expect(table(page)).not.toBeInViewport()
  await slider.focus()
  const glimpse = page.locator('p', { has: page.locator('strong', { hasText: 'Pruned' }) })
  await expect(glimpse).toBeInViewport()
  const before = (await glimpse.textContent()) ?? ''
  await page.keyboard.press('PageUp')
  await expect(glimpse).not.toHaveText(before)
})

async function copyAs(page: Page, format: string): Promise<void> {
  await page.getByRole('button', { name: format, exact: true }).click()
  await expect(page.getByText(`Copied as ${format}`)).toBeAttached()
}
