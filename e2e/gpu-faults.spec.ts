// No WebGPU, no adapter, a device that is lost: the page says what happened and what to do.
import { chromium, type Page } from '@playwright/test'
import {
  crashGpuProcess,
  expect,
  expectAccessible,
  inFreshBrowser,
  openSample,
  press,
  test,
  typeNumber,
} from './studio.ts'

test('without an adapter the page says so, says what to do, and stays readable', async ({ baseURL }) => {
  await withoutGpu(async (page) => {
    await page.goto(baseURL!)
    await expectUnusable(page, 'The browser found no graphics adapter', 'Turn on hardware acceleration')
  })
})

test('over plain http from another machine there is no WebGPU, and the page says so', async ({ baseURL }) => {
  await withoutGpu(async (page) => {
    // Only the host's name differs from the built page: browsers give WebGPU to https and localhost.
    const elsewhere = 'http://studio.test'
    await page.route(`${elsewhere}/**`, async (route) => {
      const url = route.request().url().replace(elsewhere, baseURL!)
      await route.fulfill({ response: await route.fetch({ url }) })
    })
    await page.goto(elsewhere)
    await expectUnusable(page, 'This browser has no WebGPU', 'over https or on localhost')
  })
})

async function withoutGpu(story: (page: Page) => Promise<void>): Promise<void> {
  const args = ['--no-sandbox', '--disable-gpu']
  const browser = await chromium.launch({ executablePath: process.env.DECANT_CHROMIUM!, args })
  try {
    const context = await browser.newContext()
    await story(await context.newPage())
  } finally {
    await browser.close()
  }
}

async function expectUnusable(page: Page, title: string, remedy: string): Promise<void> {
  const notice = page.getByRole('alert')
  await expect(notice).toContainText(title)
  await expect(notice).toContainText(remedy)
  await expect(page.getByRole('slider', { name: 'Prune ratio', exact: true })).toBeVisible()
  await expect(page.getByRole('radio', { name: 'INT4', exact: true })).toBeVisible()
  for (const name of ['Distill', 'Run all'])
    await expect(page.getByRole('button', { name, exact: true })).toBeDisabled()
  await expectAccessible(page)
}

test('a device that is lost twice within a minute ends the run with a notice, and a reload offers to go on', () =>
  inFreshBrowser(async (page, browser) => {
    await openSample(page)
    await typeNumber(page, 'Epochs', '50')
    await press(page, 'Distill')
    await expect(page.getByText('Distill · Training')).toBeVisible()
    await crashGpuProcess(browser)
    await expect(page.getByText(/The graphics device was lost and is open again/)).toBeVisible()
    await crashGpuProcess(browser)
    const notice = page.getByRole('alert')
    await expect(notice).toContainText('The graphics device was lost')
    await expect(notice).toHaveCount(1)
    await expect(page.getByRole('button', { name: 'Distill', exact: true })).toBeDisabled()
    await notice.getByRole('button', { name: 'Reload the page' }).click()
    // Chromium gives no adapter to a page whose GPU process ended twice until it is started again; what was kept is there all the same.
    await expect(page.getByRole('region', { name: 'Kept session' })).toContainText('Distill was under way')
  }))
