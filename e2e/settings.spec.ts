// Settings: undone across a run, shared as a link, set by presets, keys and themes.
import {
  expect,
  expectAccessible,
  expectMeasured,
  figure,
  freshVisit,
  openSample,
  press,
  rowOf,
  test,
  typeNumber,
} from './studio.ts'

test('undo reaches back across a run, and the row says that it is stale', async ({ page }) => {
  await openSample(page)
  const ratio = page.getByRole('textbox', { name: 'Prune ratio', exact: true })
  const before = await ratio.inputValue()
  await typeNumber(page, 'Prune ratio', '0.5')
  await expectMeasured(page, 'Pruned')
  await page.getByRole('heading', { name: 'Prune', exact: true }).click()
  await page.keyboard.press('Control+z')
  await expect(ratio).toHaveValue(before)
  await expect(rowOf(page, 'Pruned')).toContainText('stale')
  await expect(page.getByRole('button', { name: 'Rerun 1 stale step' })).toBeEnabled()
  await press(page, 'Redo')
  await expect(ratio).toHaveValue('0.5')
  await expect(rowOf(page, 'Pruned')).not.toContainText('stale')
})

test('a recipe link opened in a fresh browser gives the same settings and the same row', async ({
  page,
  browser,
  baseURL,
}) => {
  await openSample(page)
  await page.getByRole('button', { name: /^Smallest/ }).click()
  await page.getByRole('radio', { name: 'INT8' }).click()
  await expectMeasured(page, 'INT8')
  await press(page, 'Copy link')
  const link = await page.getByRole('textbox', { name: 'Link to this recipe' }).inputValue()
  const int8 = await figure(page, 'INT8', 'Accuracy')

  const other = await freshVisit(browser)
  await other.goto(link)
  await expectMeasured(other, 'Teacher')
  expect(new URL(other.url()).href).toBe(`${baseURL}/`)
  await expect(other.getByRole('textbox', { name: 'Prune ratio', exact: true })).toHaveValue('0.5')
  await other.getByRole('radio', { name: 'INT8' }).click()
  await expectMeasured(other, 'INT8')
  expect((await figure(other, 'INT8', 'Accuracy')).exact).toBe(int8.exact)
  await other.context().close()
})

test('a damaged link says so and leaves the settings', async ({ page }) => {
  await page.goto('/#recipe=damaged')
  await expect(page.getByRole('alert').filter({ hasText: 'recipe could not be read' })).toBeVisible()
  await expectMeasured(page, 'Teacher')
})

test('shortcuts are listed, can be switched off, and stay out of fields', async ({ page }) => {
  await openSample(page)
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(dialog).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('checkbox', { name: 'Shortcuts are on' }).uncheck()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await page.getByRole('heading', { name: 'Comparison' }).click()
  await page.keyboard.press('?')
  await expect(dialog).toBeHidden()
  await press(page, 'Shortcuts')
  await dialog.getByRole('checkbox', { name: 'Shortcuts are on' }).check()
  await page.keyboard.press('Escape')
  await page.getByRole('textbox', { name: 'Text to classify' }).press('?')
  await expect(dialog).toBeHidden()
})

test('a theme that was chosen stands before the page is drawn again', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
  await page.reload({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expectMeasured(page, 'Teacher')
  await expectAccessible(page)
})
