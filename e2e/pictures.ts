// The README's pictures: the sample's finished table in light, in dark, and on a phone.
import { join } from 'node:path'
import { expectMeasured, openSample, press, test } from './studio.ts'

const FOLDER = join(import.meta.dirname, '../.github/pictures')
const DESK = { width: 1440, height: 1000 }
const PHONE = { width: 390, height: 844 }

test.use({ hasWholeSample: true })

test('pictures for the README', async ({ page }) => {
  await page.setViewportSize(DESK)
  await openSample(page)
  await press(page, 'Run all')
  await expectMeasured(page, 'Teacher', 'Distilled', 'Pruned', 'INT8', 'INT4')
  // Off the button that was pressed, so that it is drawn as it rests.
  await page.mouse.move(0, 0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(FOLDER, `${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(PHONE)
  await page.screenshot({ path: join(FOLDER, 'phone.png') })
})
