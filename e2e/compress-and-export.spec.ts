// The whole path in the page: sample, distill, prune, quantize, export, and the exported folder opened again.
import type { Page } from '@playwright/test'
import {
  expect,
  expectAccessible,
  expectFits,
  expectMeasured,
  figure,
  grabPruneRatio,
  numberOf,
  openSample,
  press,
  rowOf,
  test,
  typeNumber,
} from './studio.ts'
import { unzip } from './unzip.ts'

test('the sample is distilled, pruned, quantized, exported, and opens again with the same numbers', async ({
  page,
  trespasses,
}, testInfo) => {
  await openSample(page)
  await expectAccessible(page)
  // Without the worker's own requests the rule "none leaves the origin" would say little.
  expect(trespasses.requests.some((url) => url.endsWith('/sample/model/model.safetensors'))).toBe(true)
  const teacher = numberOf(await figure(page, 'Teacher', 'Parameters'))

  await typeNumber(page, 'Epochs', '1')
  await press(page, 'Distill')
  await expectMeasured(page, 'Distilled')
  expect(numberOf(await figure(page, 'Distilled', 'Parameters'))).toBeLessThan(teacher)
  await expect(page.getByRole('region', { name: 'GPU', exact: true })).toContainText(
    /self-test passed, \d+ kernels/,
  )

  await dragPruneRatio(page)
  await expectMeasured(page, 'Pruned')
  await expect(rowOf(page, 'Pruned')).toContainText('no recovery yet')
  await press(page, 'Prune')
  await expect(rowOf(page, 'Pruned')).not.toContainText('no recovery yet')
  await expectMeasured(page, 'Pruned')

  await quantize(page)
  await expectFits(page)

  const pruned = {
    parameters: (await figure(page, 'Pruned', 'Parameters')).exact,
    accuracy: (await figure(page, 'Pruned', 'Accuracy')).exact,
  }
  const folder = await exportTo(page, testInfo.outputPath())
  await page.getByLabel('Model folder').setInputFiles(folder)
  const loaded = page.getByRole('region', { name: 'Load', exact: true })
  await expect(loaded.getByText('sample-decant', { exact: true })).toBeVisible()
  await expectMeasured(page, 'Teacher')
  expect((await figure(page, 'Teacher', 'Parameters')).exact).toBe(pruned.parameters)
  expect((await figure(page, 'Teacher', 'Accuracy')).exact).toBe(pruned.accuracy)
  await expectAccessible(page)
})

/** Parameters and size follow the thumb while the button is down; accuracy waits, stale. */
async function dragPruneRatio(page: Page): Promise<void> {
  const { thumb, x, y } = await grabPruneRatio(page)
  const seen: { ratio: string; parameters: number; bytes: number }[] = []
  for (const pixels of [10, 20, 30, 40]) {
    await page.mouse.move(x + pixels, y)
    const parameters = await figure(page, 'Pruned', 'Parameters')
    expect(parameters.isStale).toBe(true)
    const bytes = numberOf(await figure(page, 'Pruned', 'Size'))
    seen.push({ ratio: await thumb.inputValue(), parameters: numberOf(parameters), bytes })
  }
  for (const [i, now] of seen.entries()) {
    const before = seen[i - 1]
    if (!before) continue
    expect(Number(now.ratio)).toBeGreaterThan(Number(before.ratio))
    expect(now.parameters).toBeLessThan(before.parameters)
    expect(now.bytes).toBeLessThan(before.bytes)
  }
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeDisabled()
  await page.mouse.up()
  await expectMeasured(page, 'Pruned')
  const measured = numberOf(await figure(page, 'Pruned', 'Parameters'))
  expect(Math.abs(measured / seen.at(-1)!.parameters - 1)).toBeLessThan(0.01)
}

async function quantize(page: Page): Promise<void> {
  const width = page.getByRole('radiogroup', { name: 'Bit width', exact: true })
  for (const name of ['INT8', 'INT4'] as const) {
    await width.getByRole('radio', { name, exact: true }).check()
    await expectMeasured(page, name)
  }
  const [pruned, int8, int4] = await Promise.all(
    (['Pruned', 'INT8', 'INT4'] as const).map(async (name) => numberOf(await figure(page, name, 'Size'))),
  )
  expect(int8!).toBeLessThan(pruned! / 2.5)
  expect(int4!).toBeLessThan(int8!)
}

/** @returns the folder that the downloaded zip holds */
async function exportTo(page: Page, place: string): Promise<string> {
  const downloading = page.waitForEvent('download')
  await press(page, 'Export')
  const download = await downloading
  expect(download.suggestedFilename()).toBe('sample-decant.zip')
  const folder = `${place}/sample-decant`
  await download.saveAs(`${place}/sample-decant.zip`)
  const files = await unzip(`${place}/sample-decant.zip`, folder)
  expect(files).toEqual(
    expect.arrayContaining([
      'config.json',
      'tokenizer.json',
      'recipe.json',
      'README.md',
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
      'onnx/model_q4.onnx',
    ]),
  )
  return folder
}
