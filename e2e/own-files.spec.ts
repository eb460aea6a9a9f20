// A model folder and tables of one's own, picked and dropped.
import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, expectMeasured, figure, numberOf, openSample, press, test } from './studio.ts'

const TINY_BERT = 'app/engine/fixtures/tiny-bert'
const LABELS = ['billing', 'delivery', 'login', 'refund', 'other']

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    utterance: `where is order number ${i}, please?`,
    topic: LABELS[i % 5]!,
  }))
const csv = (head: string, lines: readonly string[]) => `${[head, ...lines].join('\n')}\n`
const quoted = ({ utterance, topic }: { utterance: string; topic: string }) => `"${utterance}",${topic}`

const pickTable = (page: Page, name: string, text: string) =>
  page.getByLabel('Data file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

test('a picked folder and a CSV are measured, with labels or without', async ({ page }) => {
  await openSample(page)
  await page.getByLabel('Model folder').setInputFiles(TINY_BERT)
  await expect(page.getByRole('region', { name: 'Load' })).toContainText('tiny-bert')
  await expect(page.getByText('No data is open.', { exact: false })).toBeVisible()

  const data = page.getByRole('region', { name: 'Data' })
  await test.step('the data panel names rows and columns, and lists labels the model does not have', async () => {
    const strangers = ['"is this spam?",spam', '"and this?",spam', '"hello",greeting']
    await pickTable(page, 'questions.csv', csv('utterance,topic', [...rows(37).map(quoted), ...strangers]))
    await expectMeasured(page, 'Teacher')
    await expect(data).toContainText('36 training, 4 validation, 0 test rows')
    await expect(data).toContainText('columns “utterance” and “topic”')
    await data.getByText('Labels the model does not know, 3 rows, not scored').click()
    const strange = data.getByRole('table', { name: 'Labels the model does not know' })
    await expect(strange.getByRole('row')).toHaveText([/Label/, /spam2/, /greeting1/])
    await data.getByText('Columns, length, seed and first rows').click()
    await expect(data.getByRole('table', { name: 'First rows' })).toContainText('where is order number 3')
  })

  await test.step('a test table without the label column is refused by name, and the data stays', async () => {
    await pickTable(page, 'test.csv', csv('utterance,sender', ['hello,Ada']))
    await expect(page.getByRole('alert')).toContainText('test.csv has no column "topic"; it has "utterance"')
    await expectMeasured(page, 'Teacher')
    await expect(data).toContainText('36 training, 4 validation, 0 test rows')
    await press(page, 'Dismiss')
  })

  await test.step('without labels, agreement stands where accuracy would', async () => {
    await data.getByRole('combobox', { name: 'Label column' }).selectOption('No labels')
    await expect.poll(async () => (await figure(page, 'Teacher', 'Accuracy')).text).toContain('agreement')
    await expectMeasured(page, 'Teacher')
    const teacher = await figure(page, 'Teacher', 'Accuracy')
    expect(teacher.text).toMatch(/^100\.0% agreement/)
    expect(teacher.exact).toContain('n 4')
  })
})

test('a folder with its tables is dropped on the page', async ({ page }, testInfo) => {
  await openSample(page)
  const test8 = testInfo.outputPath('mine', 'test.csv')
  await mkdir(testInfo.outputPath('mine'), { recursive: true })
  await writeFile(test8, csv('text,label', rows(8).map(quoted)))
  await writeFile(testInfo.outputPath('mine', 'train.csv'), csv('text,label', rows(40).map(quoted)))
  await drop(page, [`${process.cwd()}/${TINY_BERT}`, testInfo.outputPath('mine')])
  await expect(page.getByRole('region', { name: 'Load' })).toContainText('tiny-bert')
  await expect(page.getByRole('region', { name: 'Data' })).toContainText(
    '36 training, 4 validation, 8 test rows',
  )
  await expectMeasured(page, 'Teacher')
  expect(numberOf(await figure(page, 'Teacher', 'Parameters'))).toBeGreaterThan(10_000)
  expect((await figure(page, 'Teacher', 'Accuracy')).exact).toContain('n 8')
})

/** A drop as the browser itself makes it, from outside the page. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
  await expect(page.getByText('Drop to open')).toBeVisible()
  await session.send('Input.dispatchDragEvent', { type: 'drop', x: 400, y: 400, data })
}
