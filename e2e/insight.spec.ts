// A closer look at a student: rows where it differs, its classes and layers, a text of the user's, and what its heads attend to.
import type { Locator, Page } from '@playwright/test'
import { expect, expectFits, expectMeasured, openSample, press, test, typeNumber } from './studio.ts'

const TEXT = 'My hoodie does not fit, can I have a smaller one?'
/** As the sample's tokenizer cuts it; the special tokens come first and last. */
const TOKENS = 15

test('a pruned student is compared with its teacher row by row, class by class and head by head', async ({
  page,
}) => {
  await openSample(page)
  await typeNumber(page, 'Prune ratio', '0.6')
  await expectMeasured(page, 'Pruned')
  const look = page.getByRole('region', { name: 'A closer look' })
  const open = (name: string) => look.getByRole('tab', { name, exact: true }).click()

  await open('Differences')
  await readDifferences(look)
  await open('Classes')
  await expect(look.getByRole('table', { name: 'Accuracy change by class' })).toContainText('fewer right')
  await open('Layers')
  await expect(look.getByRole('table', { name: 'Teacher and student, layer by layer' })).toContainText(
    /FFN \d+ of 256/,
  )
  await tryText(page)
  await open('Attention')
  await lookAtHeads(page, look)
  await expectFits(page)
})

/** Gained and lost are listed with the counts that the summary adds up, and a search leaves what it names. */
async function readDifferences(look: Locator): Promise<void> {
  const summary = look.getByText(/^On \d+ of 200 rows/)
  await expect(summary).toBeVisible()
  const total = Number(/On (\d+)/.exec((await summary.textContent()) ?? '')?.[1])
  const counts = await look
    .getByRole('heading', { level: 3, name: /^(Lost|Gained|Changed) \d/ })
    .allInnerTexts()
  expect(counts.map((text) => Number(text.replace(/\D/g, ''))).reduce((a, b) => a + b)).toBe(total)

  await look.getByText('Confusions that changed most').click()
  const confusions = look.getByRole('table', { name: 'Confusions that changed most' })
  await expect(confusions.getByRole('row').nth(1)).toContainText(/[+−]\d+$/)

  const lost = look.getByRole('region', { name: 'Lost', exact: true })
  const all = await lost.getByRole('listitem').count()
  expect(all).toBeGreaterThan(1)
  const word = await lost
    .getByRole('definition')
    .nth(0)
    .evaluate((guess) => guess.firstChild?.textContent ?? '')
  await look.getByRole('searchbox').fill(word)
  await expect(lost).toContainText(/\d+ found/)
  for (const item of await lost.getByRole('listitem').allInnerTexts()) expect(item).toContain(word)
  await look.getByRole('searchbox').fill('no such words')
  await expect(lost.getByRole('listitem')).toHaveCount(0)
  await look.getByRole('searchbox').fill('')
  await expect(lost.getByRole('listitem')).toHaveCount(all)
}

/** Both models answer by Enter, and a text tried before is one press away. */
async function tryText(page: Page): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Text to classify' })
  await box.fill('Where is my parcel?')
  await box.press('Enter')
  const results = page.getByRole('region', { name: 'Predictions' })
  await expect(results).toContainText('Where is my parcel?')
  await box.fill(TEXT)
  await box.press('Enter')
  await expect(results).toContainText(TEXT)
  const lines = results.getByRole('list').getByRole('listitem')
  await expect(lines).toHaveText([/^Teacher.*\d%$/, /^Pruned.*\d%$/])
  await expect(results.getByRole('status')).toContainText('teacher says')
  await press(page, 'Where is my parcel?')
  await expect(results).toContainText('Where is my parcel?')
  await press(page, TEXT)
  await expect(results).toContainText(TEXT)
}

/** The text tried last is there already; both grids have a row for each token, and the keys read cells out. */
async function lookAtHeads(page: Page, look: Locator): Promise<void> {
  await expect(look.getByRole('textbox', { name: 'Text to look at' })).toHaveValue(TEXT)
  await look.getByRole('button', { name: 'Look', exact: true }).click()
  const grids = look.getByRole('img', { name: /Layer 0, Head \d/ })
  await expect(grids).toHaveCount(2)
  await look.getByText(/^Teacher, Layer 0, Head \d: the numbers$/).click()
  const table = look.getByRole('table', { name: /^Teacher, Layer 0/ })
  await expect(table.getByRole('row')).toHaveCount(TOKENS + 1)
  await expect(table.getByRole('rowheader').first()).toHaveText('[CLS]')
  const shares = (await table.getByRole('row').nth(1).getByRole('cell').allInnerTexts()).map(
    Number.parseFloat,
  )
  expect(Math.abs(shares.reduce((a, b) => a + b) - 100)).toBeLessThan(0.05 * TOKENS)

  await grids.first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await expect(look).toContainText(/“my” looks at “\[SEP\]”: Teacher [\d.]+%, Pruned [\d.]+%/)
}
