// Opening: a checklist for what is missing, a verdict before anything is uploaded, an export that opens again as a zip, a lone recipe.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { writeSparseCheckpoint } from '../app/engine/fixtures/sparse-checkpoint.ts'
import { expect, expectAccessible, expectIdle, expectMeasured, openSample, press, test } from './studio.ts'

const TINY_BERT = 'app/engine/fixtures/tiny-bert'
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 438000000\n`

const loadPanel = (page: Page) => page.getByRole('region', { name: 'Load', exact: true })
const opened = (page: Page, name: string) =>
  loadPanel(page).locator('strong').getByText(name, { exact: true })

test('a folder with something missing is answered by a checklist', async ({ page }, testInfo) => {
  const folder = testInfo.outputPath('half')
  await cp(TINY_BERT, folder, { recursive: true })
  await rm(join(folder, 'tokenizer.json'))
  await writeFile(join(folder, 'vocab.txt'), '[PAD]\n')
  await writeFile(join(folder, 'model.safetensors'), POINTER)
  await openSample(page)
  await page.getByLabel('Model folder').setInputFiles(folder)
  const items = page
    .getByRole('alert')
    .getByRole('list', { name: 'What a model folder needs' })
    .getByRole('listitem')
  await expect(items).toHaveText([
    /config\.json configuration, found$/,
    /model\.safetensors weights, missing\. Only a Git LFS pointer is there: run git lfs pull/,
    /tokenizer\.json tokenizer, missing \(only vocab\.txt is there\)\. Save the fast tokenizer/,
  ])
  await expectAccessible(page)
  await expect(opened(page, 'sample')).toBeVisible()
})

test('a checkpoint that does not fit is judged from its header, and loaded only when asked', async ({
  page,
}, testInfo) => {
  const folder = testInfo.outputPath('huge')
  await writeSparseCheckpoint(folder, HUGE)
  await openSample(page)
  const before = await gpuBytes(page)
  await page.getByLabel('Model folder').setInputFiles(folder)
  const panel = loadPanel(page)
  await expect(panel).toContainText('huge does not fit this adapter')
  await expect(panel).toContainText(/To run it needs [\d.]+ GB; the budget is 8 GB\./)
  await expect(panel).toContainText(
    /Its largest tensor, embeddings\.word, takes 3\.28 GB; this adapter binds at most/,
  )
  await panel.getByText('Model details').first().click()
  await expect(panel.getByRole('table', { name: 'As stored in the file' }).first()).toContainText(
    'embeddings',
  )
  expect(await gpuBytes(page)).toBe(before)
  await expectAccessible(page)
  await test.step('asked to, it tries, fails by name, and the sample stays', async () => {
    await press(page, 'Load anyway')
    await expect(page.getByRole('alert')).toContainText(
      /needs a buffer of 3276800000 bytes; this adapter allows \d+ bytes/,
    )
    await expectIdle(page)
    await expect(opened(page, 'sample')).toBeVisible()
    expect(await gpuBytes(page)).toBe(before)
  })
})

test('an exported zip opens again with its recipe and its rows', async ({ page }, testInfo) => {
  await openSample(page)
  await page.getByRole('radio', { name: 'INT8' }).check()
  await expectMeasured(page, 'Teacher', 'INT8')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const zip = testInfo.outputPath('mine.zip')
  await (await download).saveAs(zip)
  await page.reload()
  await expectMeasured(page, 'Teacher')
  await page.getByLabel('Zip', { exact: true }).setInputFiles(zip)
  await expect(opened(page, 'mine')).toBeVisible()
  await expectMeasured(page, 'Teacher')
  await loadPanel(page).getByText('From the exported report').first().click()
  const rows = page.getByRole('table', { name: 'From the exported report' }).getByRole('row')
  await expect(rows).toHaveText([/Model/, /Teacher.*%, n \d+/, /INT8.*%, n \d+/])
  await expect(loadPanel(page)).toContainText('Measured when the model was exported, on')
})

test('a folder from the browser’s own dialog is remembered over a reload', async ({ page }) => {
  await openSample(page)
  await putFolder(page, 'mine', TINY_BERT)
  await page.getByLabel('Model folder').click()
  await expect(opened(page, 'mine')).toBeVisible()
  await openSample(page)
  await loadPanel(page).getByText('Opened before').click()
  await press(page, 'Open mine')
  await expect(opened(page, 'mine')).toBeVisible()
  await press(page, 'Forget mine')
  await expect(loadPanel(page).getByText('Opened before')).toHaveCount(0)
})

test('a recipe that is dropped alone sets everything by it; a list of objects stays data', async ({
  page,
}, testInfo) => {
  await openSample(page)
  const recipe = JSON.parse(await readFile('public/sample/recipe.json', 'utf8'))
  const [, prune] = recipe.stages
  const path = testInfo.outputPath('careful.json')
  await writeFile(path, JSON.stringify({ ...recipe, seed: 7, stages: [{ ...prune, pruning_ratio: 0.45 }] }))
  await drop(page, path)
  const ratio = page.getByRole('textbox', { name: 'Prune ratio', exact: true })
  await expect(ratio).toHaveValue('0.45')
  await expectMeasured(page, 'Teacher')
  await expect(opened(page, 'sample')).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await test.step('what is set after it can be undone, back to the recipe', async () => {
    await ratio.fill('0.2')
    await ratio.press('Enter')
    await expectMeasured(page, 'Pruned')
    await press(page, 'Undo')
    await expect(ratio).toHaveValue('0.45')
  })
  await test.step('one that is not sound is refused by name', async () => {
    await writeFile(path, JSON.stringify({ ...recipe, recipe_version: 2 }))
    await drop(page, path)
    await expect(page.getByRole('alert')).toContainText('careful.json: "recipe_version" is 2; allowed is 1.')
    await press(page, 'Dismiss')
  })
  await test.step('rows are rows', async () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ text: `where is order ${id}?` }))
    const file = testInfo.outputPath('rows.json')
    await writeFile(file, JSON.stringify(rows))
    await drop(page, file)
    await expect(page.getByRole('region', { name: 'Data' })).toContainText('18 training, 2 validation')
  })
})

/** A drop as the browser itself makes it, from outside the page. */
async function drop(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data })
  await send('dragEnter')
  await send('dragOver')
  await expect(page.getByText('A model folder, data files, or a recipe')).toBeVisible()
  await send('drop')
}

/** A folder with real handles, and a dialog that answers with it: nobody can click in the browser's own. */
async function putFolder(page: Page, name: string, from: string): Promise<void> {
  const files = await Promise.all(
    ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map(async (file) => ({
      file,
      base64: (await readFile(join(from, file))).toString('base64'),
    })),
  )
  await page.evaluate(
    async ({ name, files }) => {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle(name, { create: true })
      for (const { file, base64 } of files) {
        const handle = await folder.getFileHandle(file, { create: true })
        const writer = await handle.createWritable()
        await writer.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
        await writer.close()
      }
      Object.assign(window, { showDirectoryPicker: async () => folder })
    },
    { name, files },
  )
}

/** "12 MB now" of the header's meter. */
async function gpuBytes(page: Page): Promise<string> {
  const text = await page.getByRole('region', { name: 'GPU', exact: true }).textContent()
  return /([\d.]+\s\w+) now/.exec(text ?? '')?.[1] ?? 'no bytes told'
}

/**
 * A BERT of 13 GB. Its word table alone, 3.3 GB, is above what any adapter binds, so that nothing of it is ever allocated.
 */
const HUGE = { hidden: 4096, layers: 12, heads: 64, ffn: 16_384, vocabulary: 200_000 }
