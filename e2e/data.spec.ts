// Data of one's own: pasted texts, JSONL and Parquet, what the page says of them, and tables that change roles.
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import {
  expect,
  expectAccessible,
  expectIdle,
  expectMeasured,
  figure,
  openSample,
  press,
  test,
} from './studio.ts'

const TINY_BERT = 'app/engine/fixtures/tiny-bert'
const PARQUET = 'app/engine/fixtures/tables/zstd.parquet'
const LABELS = ['billing', 'delivery', 'login', 'refund', 'other']

const jsonl = (rows: readonly { text: string; label?: string | number }[]) =>
  rows.map((row) => JSON.stringify(row)).join('\n')
const message = (i: number) => ({
  text: `where is order number ${'x'.repeat(i)}, please?`,
  label: LABELS[i % 5]!,
})

const dataPanel = (page: Page) => page.getByRole('region', { name: 'Data', exact: true })
const pick = (page: Page, name: string, buffer: Buffer) =>
  page.getByLabel('Data file').setInputFiles({ name, mimeType: '', buffer })

test('pasted texts, JSONL and Parquet are opened and described', async ({ page }) => {
  await openSample(page)
  await page.getByLabel('Model folder').setInputFiles(TINY_BERT)
  await expect(page.getByRole('region', { name: 'Load' })).toContainText('tiny-bert')
  const data = dataPanel(page)

  await test.step('lines are texts without labels', async () => {
    await data.getByText('Paste texts or a table').click()
    await data.getByLabel('Texts or table').fill('where is my order?\n\nmy card, "lost"; help\nrefund please')
    await expect(data.getByRole('radio', { name: 'One text a line' })).toBeChecked()
    await data.getByRole('radio', { name: 'Test', exact: true }).check()
    await press(page, 'Open pasted rows')
    await expect(data).toContainText('0 training, 0 validation, 3 test rows')
    await expect(data).toContainText('no labels: agreement with the teacher stands for accuracy')
    await expectMeasured(page, 'Teacher')
    expect((await figure(page, 'Teacher', 'Accuracy')).exact).toContain('n 3')
  })

  await test.step('a JSONL table joins them, and rows in both are warned of', async () => {
    const rows = [
      ...Array.from({ length: 19 }, (_, i) => message(i)),
      { text: 'Where is my ORDER?', label: 'delivery' },
    ]
    await pick(page, 'train.jsonl', Buffer.from(jsonl(rows)))
    const tables = data.getByRole('list', { name: 'Open tables' })
    await expect(tables.getByRole('listitem')).toHaveText([
      /Training.*train\.jsonl 20 rows/,
      /Test.*pasted-test\.csv 3 rows/,
    ])
    await expect(data).toContainText('1 test row is also a training row.')
    await data.getByText('Texts in both tables').click()
    await expect(data.getByRole('table', { name: 'Texts in both tables' })).toContainText(
      'where is my order?delivery',
    )
    await expectMeasured(page, 'Teacher')
  })

  await test.step('the pasted table goes; classes and lengths are counted', async () => {
    await press(page, 'Remove: pasted-test.csv')
    await expect(data).toContainText('18 training, 2 validation, 0 test rows')
    await expectIdle(page)
    await data.getByText('Class balance').click()
    const balance = data.getByRole('table', { name: 'Class balance' })
    await expect(balance.getByRole('row', { name: /^delivery/ })).toContainText('5')
    await expect(data).toContainText('5 of 5 classes have rows, 3 to 5 each.')
    await data.getByText('Token lengths', { exact: true }).click()
    await expect(data).toContainText('No text is cut at 40.')
    await data.getByText('Token lengths as a table').click()
    await expect(data.getByRole('table', { name: 'Token lengths as a table' })).toBeVisible()
    await expectAccessible(page)
  })

  await test.step('Parquet is the test set once moved; class numbers are classes', async () => {
    await pick(page, 'part.parquet', await readFile(PARQUET))
    await expect(data).toContainText('3 training, 1 validation, 0 test rows')
    await press(page, 'To test: part.parquet')
    await expect(data).toContainText('0 training, 0 validation, 4 test rows')
    await expectMeasured(page, 'Teacher')
    expect((await figure(page, 'Teacher', 'Accuracy')).exact).toContain('n 4')
  })

  await test.step('a broken line is named, and what was open stays', async () => {
    await pick(page, 'train.jsonl', Buffer.from('{"text":"a"}\n{"text":["b"]}'))
    await expect(page.getByRole('alert')).toContainText('train.jsonl, line 2: "text" holds a list')
    await expect(data).toContainText('0 training, 0 validation, 4 test rows')
    await press(page, 'Dismiss')
  })

  await test.step('the last table goes, and another can come', async () => {
    await press(page, 'Remove: part.parquet')
    await expect(data).toContainText('No data is open.')
    await pick(page, 'test.tsv', Buffer.from('text\tlabel\nwhere is it?\tdelivery\n'))
    await expect(data).toContainText('0 training, 0 validation, 1 test rows')
    await expectMeasured(page, 'Teacher')
  })
})
