// The kernels are tuned while nothing else goes on, once a browser; what was found is known at the next visit.
import type { Page } from '@playwright/test'
import { expect, expectMeasured, figure, openSample, test } from './studio.ts'

interface Found {
  readonly choices: Record<string, string>
  readonly tried: readonly string[]
  readonly spentMs: number
}

/** What is kept in IndexedDB, once there is something. The page makes the database: opened before, it would stay without its store. */
async function found(page: Page): Promise<Found | undefined> {
  const text = await page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const databases = await indexedDB.databases()
    if (!databases.some(({ name }) => name === 'keyval-store')) return undefined
    const database = await settled(indexedDB.open('keyval-store'))
    try {
      return await settled<string | undefined>(
        database.transaction('keyval').objectStore('keyval').get('tuning'),
      )
    } finally {
      database.close()
    }
  })
  return text === undefined ? undefined : (JSON.parse(text) as Found)
}

/** Time is spent, or every form was tried. */
async function expectTuned(page: Page): Promise<Found> {
  await expect.poll(async () => (await found(page))?.spentMs ?? 0).toBeGreaterThan(1000)
  return (await found(page))!
}

/** Quantizes to INT8. @returns how far the result is from the teacher, to the last digit */
async function int8(page: Page): Promise<string> {
  await page.getByRole('radio', { name: 'INT8' }).check()
  await expectMeasured(page, 'INT8')
  return (await figure(page, 'INT8', 'KL')).exact
}

test('kernels are tuned once, in idle time, and no result changes', async ({ page }) => {
  await openSample(page)
  const untuned = await int8(page)
  expect(await found(page)).toBeUndefined()

  await page.goto('/')
  await expectMeasured(page, 'Teacher')
  const first = await expectTuned(page)
  expect(first.tried.length).toBeGreaterThan(0)
  expect(await int8(page)).toBe(untuned)

  await page.reload()
  await expectMeasured(page, 'Teacher')
  expect(await found(page)).toEqual(first)
})
