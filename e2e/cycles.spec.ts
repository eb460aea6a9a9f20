// Opened, run, exported and closed again and again: neither the GPU's memory nor the page's grows.
import type { Page } from '@playwright/test'
import { Heap } from './measures.ts'
import { expect, expectIdle, expectMeasured, openSample, press, test } from './studio.ts'

/** `DECANT_CYCLES=10` is the proof; fewer are the guard. */
const CYCLES = Number(process.env.DECANT_CYCLES ?? 4)
/** Cycles after which everything that is kept for good has been made once: compiled kernels, chunks, the first charts. */
const WARM_UP = 2
const MOST_BYTES_A_CYCLE = 1e6

test('open, run, export and close, over and over, leave no memory behind', async ({ page }) => {
  const heap = await Heap.of(page)
  await openSample(page)
  const left: { gpu: string; heap: number }[] = []
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    if (cycle > 0) await press(page, 'Try the sample')
    await expectMeasured(page, 'Teacher')
    await runAndExport(page)
    await press(page, 'Close model')
    await expect(page.getByRole('button', { name: 'Close model' })).toHaveCount(0)
    left.push({ gpu: await gpuBytes(page), heap: await heap.bytes({ isCollected: true }) })
  }
  console.log(
    `after each cycle: GPU ${left.map(({ gpu }) => gpu).join(', ')}; heap ${left.map((now) => (now.heap / 1e6).toFixed(2)).join(', ')} MB`,
  )
  expect(new Set(left.map(({ gpu }) => gpu)).size).toBe(1)
  const slope = slopeOf(left.slice(WARM_UP).map((now) => now.heap))
  console.log(`heap slope ${(slope / 1e3).toFixed(0)} kB a cycle`)
  expect(slope).toBeLessThan(MOST_BYTES_A_CYCLE)
})

/** One quantized row, and its file checked in ONNX Runtime. */
async function runAndExport(page: Page): Promise<void> {
  const width = page.getByRole('radiogroup', { name: 'Bit width', exact: true })
  await width.getByRole('radio', { name: 'FP32', exact: true }).check()
  await width.getByRole('radio', { name: 'INT8', exact: true }).check()
  await expectMeasured(page, 'INT8')
  const download = page.waitForEvent('download')
  await press(page, 'Export')
  await (await download).delete()
  await expect(page.getByRole('list', { name: 'Written files' })).toContainText(/predicts on \d+ of 200 rows/)
  await expectIdle(page)
}

/** Exact bytes held now, as the header's meter has them. */
const gpuBytes = async (page: Page) =>
  (await page.getByRole('meter', { name: 'GPU memory' }).getAttribute('value')) ?? 'no bytes told'

/** Of the least-squares line through values at 0, 1, 2, … */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const along = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0)
  return along / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
}
