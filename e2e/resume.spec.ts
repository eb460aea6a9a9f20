// Work that outlives its page and its GPU: reloaded, lost, held by another tab, deleted.
import type { Page } from '@playwright/test'
import {
  crashGpuProcess,
  expect,
  expectAccessible,
  expectMeasured,
  figure,
  inFreshBrowser,
  openSample,
  press,
  test,
  typeNumber,
} from './studio.ts'

/** Two epochs of few steps: the end of the first one leaves a checkpoint. */
async function startDistill(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Distill' }).getByText('More settings').click()
  await typeNumber(page, 'Batch size', '128')
  await typeNumber(page, 'Epochs', '2')
  await press(page, 'Distill')
}

/** Files of the kept session, by path. */
const keptFiles = (page: Page) =>
  page.evaluate(async () => {
    const names: string[] = []
    const list = async (folder: FileSystemDirectoryHandle, prefix: string) => {
      for await (const [name, handle] of folder.entries())
        if (handle.kind === 'directory') await list(handle as FileSystemDirectoryHandle, `${prefix}${name}/`)
        else names.push(`${prefix}${name}`)
    }
    const root = await navigator.storage.getDirectory()
    await list(await root.getDirectoryHandle('session', { create: true }), '')
    return names
  })

async function expectCheckpoint(page: Page): Promise<void> {
  await expect.poll(() => keptFiles(page)).toContain('stages/distill/training-0.json')
}

const results = async (page: Page) =>
  Promise.all(
    ['Accuracy', 'Agreement', 'KL'].map(async (column) => (await figure(page, 'Distilled', column)).exact),
  )

test('a reload in the middle of a training costs a few steps, and no bit of the result', async ({ page }) => {
  await openSample(page)
  await startDistill(page)
  await expect(page.getByText(/Kept in this browser, [\d.]+ MB/)).toBeVisible()
  await expectCheckpoint(page)
  await page.reload()

  const offer = page.getByRole('region', { name: 'Kept session' })
  await expect(offer).toContainText('Distill had reached step')
  await expectAccessible(page)
  await press(page, 'Resume session')
  await expect(page.getByText(/Distill resumed at step \d+ of \d+\./)).toBeVisible()
  await expect(offer).toHaveCount(0)
  await expectMeasured(page, 'Teacher', 'Distilled')
  const resumed = await results(page)
  expect((await keptFiles(page)).filter((name) => name.includes('training'))).toEqual([])

  // Started once more, it runs through without a stop.
  await press(page, 'Distill')
  await expect(page.getByText('Distill · Training')).toBeVisible()
  await expectMeasured(page, 'Distilled')
  expect(await results(page)).toEqual(resumed)

  // What is finished comes back as well, and can be deleted.
  await page.reload()
  await expect(offer).toContainText('Teacher, Distilled')
  await press(page, 'Start fresh')
  await expect(offer).toHaveCount(0)
  await expect.poll(() => keptFiles(page)).toEqual([])
})

test('a lost device is opened again and the training goes on by itself', () =>
  inFreshBrowser(async (page, browser) => {
    await openSample(page)
    const teacher = (await figure(page, 'Teacher', 'Accuracy')).exact
    await startDistill(page)
    await expectCheckpoint(page)
    await crashGpuProcess(browser)
    await expect(page.getByText(/lost and is open again; Distill resumed at step \d+ of \d+\./)).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
    expect((await figure(page, 'Teacher', 'Accuracy')).exact).toBe(teacher)
    await expectMeasured(page, 'Distilled')
  }))

test('one tab keeps the session; a second one says so, and takes over when the first is closed', async ({
  page,
  context,
}) => {
  await openSample(page)
  const second = await context.newPage()
  await second.goto('/')
  const told = second.getByText('Another tab of this page keeps its session.')
  await expect(told).toBeVisible()
  await page.close()
  await expect(told).toHaveCount(0)
})
