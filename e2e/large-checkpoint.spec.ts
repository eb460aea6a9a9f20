// A checkpoint as large as the one the project began with: 1.3 GB, opened with next to nothing of it on the JS heap.
import { rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { writeSparseCheckpoint } from '../app/engine/fixtures/sparse-checkpoint.ts'
import { Heap } from './measures.ts'
import { expect, expectIdle, openSample, press, test } from './studio.ts'

/** BERT large. */
const LARGE = { hidden: 1024, layers: 24, heads: 16, ffn: 4096, vocabulary: 30_522 }
const MOST_HEAP_BYTES = 64e6
const EVERY_MS = 50
/** The software adapter holds the weights in the machine's own memory, and its driver a copy. */
const LEAST_MEMORY = 6e9

test('a checkpoint of 1.3 GB is opened slice by slice', async ({ page }, testInfo) => {
  test.skip(totalmem() < LEAST_MEMORY, 'this machine has too little memory for 1.3 GB of weights')
  const folder = testInfo.outputPath('large')
  const bytes = await writeSparseCheckpoint(folder, LARGE)
  expect(bytes).toBeGreaterThan(1.3e9)
  const heap = await Heap.of(page)
  await openSample(page)
  await press(page, 'Close model')
  await expect(page.getByRole('button', { name: 'Close model' })).toHaveCount(0)
  const before = await heap.bytes({ isCollected: true })

  await page.getByLabel('Model folder').setInputFiles(folder)
  const panel = page.getByRole('region', { name: 'Load', exact: true })
  const isOpen = () => panel.locator('strong').getByText('large', { exact: true }).isVisible()
  let most = 0
  while (!(await isOpen())) {
    most = Math.max(most, await heap.bytes({ isCollected: false }))
    await page.waitForTimeout(EVERY_MS)
  }
  await expectIdle(page)
  const after = await heap.bytes({ isCollected: true })
  const mb = (value: number) => `${((value - before) / 1e6).toFixed(1)} MB`
  console.log(`${bytes} bytes opened; JS heap beyond the app: at most ${mb(most)}, ${mb(after)} after`)
  expect(most - before).toBeLessThan(MOST_HEAP_BYTES)
  await rm(folder, { recursive: true })
})
