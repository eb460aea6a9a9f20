// What a first visit costs: bytes until the page can be used, and how soon it is painted.
import { gzipSync } from 'node:zlib'
import { ALONE, expect, expectMeasured, expectSound, test } from './studio.ts'

const MOST_BYTES = 350_000
const MOST_MS_TO_PAINT = 1000

test('the first visit loads little and is painted at once', ALONE, async ({ page }) => {
  const bodies = new Map<string, Promise<Buffer>>()
  page.on('response', (response) => {
    if (/\/sample\//.test(response.url())) return
    bodies.set(response.url(), response.body())
  })
  await page.goto('/')
  // From here on every control answers; charts come with the first measured row.
  await expectSound(page)
  const sizes = await Promise.all(
    [...bodies].map(async ([url, body]) => [new URL(url).pathname, gzipSync(await body).length] as const),
  )
  const bytes = sizes.reduce((sum, [, size]) => sum + size, 0)
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  )
  console.log(
    `first load ${bytes} bytes compressed in ${sizes.length} files, painted after ${paint?.toFixed(0)} ms`,
  )
  for (const [path, size] of sizes) console.log(`  ${size} ${path}`)
  expect(bytes).toBeLessThan(MOST_BYTES)
  expect(paint).toBeLessThan(MOST_MS_TO_PAINT)
  await expectMeasured(page, 'Teacher')
})
