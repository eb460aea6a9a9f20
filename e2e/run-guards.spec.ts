// A long run: the screen stays on, and a notification comes when it ends behind another tab.
import type { Page } from '@playwright/test'
import { expect, expectIdle, openSample, press, test, typeNumber } from './studio.ts'

test.use({ serviceWorkers: 'allow' })

const HOUR_MS = 3_600_000

test('the screen is kept on while a run is under way, and no longer', async ({ page }) => {
  await watchWakeLocks(page)
  await openSample(page)
  await expect.poll(() => wakeLocks(page)).toEqual({ held: 0, isAny: true })
  await typeNumber(page, 'Epochs', '50')
  await press(page, 'Distill')
  await expect.poll(() => wakeLocks(page)).toEqual({ held: 1, isAny: true })
  await press(page, 'Cancel')
  await expectIdle(page)
  await expect.poll(() => wakeLocks(page)).toEqual({ held: 0, isAny: true })
})

interface Locks {
  readonly wakeLocks: WakeLockSentinel[]
}

/** The browser's own locks, listed as they are handed out. */
const watchWakeLocks = (page: Page) =>
  page.addInitScript(() => {
    const request = navigator.wakeLock.request.bind(navigator.wakeLock)
    const wakeLocks: WakeLockSentinel[] = []
    Object.assign(window, { wakeLocks })
    navigator.wakeLock.request = async (type) => {
      const lock = await request(type)
      wakeLocks.push(lock)
      return lock
    }
  })

const wakeLocks = (page: Page) =>
  page.evaluate(() => {
    const { wakeLocks } = window as unknown as Locks
    return { held: wakeLocks.filter(({ released }) => !released).length, isAny: wakeLocks.length > 0 }
  })

test('a notification tells of the end of a long run in a hidden tab', async ({ page, context, baseURL }) => {
  await context.grantPermissions(['notifications'], { origin: baseURL! })
  await page.clock.install()
  await openSample(page)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await press(page, 'Distill')
  await expect(page.getByText('Distill · Training')).toBeVisible()
  const choice = page.getByRole('checkbox', { name: /^Notify me/ })
  // The browser is asked first; the tick follows its answer.
  await choice.click()
  await expect(choice).toBeChecked()
  // Pages of a headless browser are never hidden, and nobody wants to wait for an hour.
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }))
  await page.clock.fastForward(HOUR_MS)
  await press(page, 'Cancel')
  await expect
    .poll(() => notifications(page))
    .toEqual([['Distill has ended', expect.stringMatching(/^after 1 h/)]])
})

const notifications = (page: Page) =>
  page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready
    return (await worker.getNotifications()).map(({ title, body }) => [title, body])
  })
