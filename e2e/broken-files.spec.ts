// Broken folders and tables: a message that names the file and the thing, and all that was open stays.
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, TestInfo } from '@playwright/test'
import { expect, expectAccessible, expectIdle, figure, openSample, press, test } from './studio.ts'

const TINY_BERT = 'app/engine/fixtures/tiny-bert'

interface Damage {
  readonly what: string
  readonly change: (folder: string) => Promise<void>
  /** All of them stand in the message. */
  readonly says: readonly (string | RegExp)[]
}

const WEIGHT_BYTES_KEPT = 40_000

const DAMAGES: readonly Damage[] = [
  {
    what: 'no tokenizer',
    change: (folder) => rm(join(folder, 'tokenizer.json')),
    says: ['tokenizer.json'],
  },
  {
    what: 'half of the weights',
    change: (folder) => truncate(join(folder, 'model.safetensors'), WEIGHT_BYTES_KEPT),
    says: ['model.safetensors', /ends at byte \d+ of the data, but the file has \d+/],
  },
  {
    what: 'the config.json of another model',
    change: async (folder) => {
      const path = join(folder, 'config.json')
      const config = JSON.parse(await readFile(path, 'utf8'))
      await writeFile(path, JSON.stringify({ ...config, hidden_size: 48 }))
    },
    says: [/\[\d+, 32\]/, /\[\d+, 48\]/],
  },
]

test('broken folders and tables are refused by name, and what was open stays', async ({ page }, testInfo) => {
  await openSample(page)
  const before = await figure(page, 'Teacher', 'Accuracy')
  for (const { what, change, says } of DAMAGES)
    await test.step(what, async () => {
      await page.getByLabel('Model folder').setInputFiles(await damaged(testInfo, what, change))
      await expectRefused(page, says)
    })
  await test.step('a table without the label column', async () => {
    await pickTable(page, 'train.csv', 'text,label\nhello,refund_status\n')
    await expectRefused(page, ['train.csv'])
    await pickTable(page, 'test.csv', 'text,label\nhello there\n')
    await expectRefused(page, ['test.csv', 'row 2', '1 fields', 'has 2'])
  })
  expect((await figure(page, 'Teacher', 'Accuracy')).exact).toBe(before.exact)
  const tables = page.getByRole('list', { name: 'Open tables' })
  await expect(tables).toContainText('train.csv')
  await expect(tables).toContainText('test.csv')
})

const pickTable = (page: Page, name: string, text: string) =>
  page.getByLabel('Data file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

async function damaged(testInfo: TestInfo, what: string, change: Damage['change']): Promise<string> {
  const folder = testInfo.outputPath(what.replaceAll(' ', '-'))
  await cp(TINY_BERT, folder, { recursive: true })
  await change(folder)
  return folder
}

async function expectRefused(page: Page, says: Damage['says']): Promise<void> {
  const alert = page.getByRole('alert')
  await expect(alert).toHaveCount(1)
  for (const part of says) await expect(alert).toContainText(part)
  await expectIdle(page)
  await expectAccessible(page)
  expect((await figure(page, 'Teacher', 'Accuracy')).isStale).toBe(false)
  await expect(page.getByRole('region', { name: 'Load' })).toContainText('sample')
  await press(page, 'Dismiss')
  await expect(alert).toHaveCount(0)
}
