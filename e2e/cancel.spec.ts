// Training is watched, held, cancelled, and started once more.
import {
  expect,
  expectIdle,
  expectMeasured,
  figure,
  openSample,
  press,
  rowOf,
  test,
  typeNumber,
} from './studio.ts'

test('training pauses, goes on, and is cancelled; the page is then ready to distill again', async ({
  page,
}) => {
  await openSample(page)
  const teacher = (await figure(page, 'Teacher', 'Accuracy')).exact
  await typeNumber(page, 'Epochs', '50')
  await press(page, 'Distill')

  const training = page.getByText(/\d+ of [\d,.K]+ steps · [\d.]+ steps\/s · .+ left/)
  await expect(training).toBeVisible()
  await expect(page.getByText('Distill · Training')).toBeVisible()

  const throughput = page.getByRole('group', { name: 'Throughput' })
  await expect(throughput).toHaveText(
    /^[\d,.]+ tokens\/s · [\d.]+ [GT]FLOP\/s · \d+% of roof · \d\.\d% padding$/,
  )

  await press(page, 'Pause')
  await expect(page.getByText('Distill · Paused')).toBeVisible()
  // The steps already sent to the GPU may still be told; after them the count stands still.
  await page.waitForTimeout(1500)
  const held = await training.textContent()
  await page.waitForTimeout(1500)
  expect(await training.textContent()).toBe(held)
  await press(page, 'Resume')
  await expect(training).not.toHaveText(held!)

  await press(page, 'Cancel')
  await expectIdle(page)
  expect((await figure(page, 'Teacher', 'Accuracy')).exact).toBe(teacher)
  await expect(page.getByRole('alert')).toHaveCount(0)

  await typeNumber(page, 'Epochs', '1')
  await press(page, 'Distill')
  await expectMeasured(page, 'Distilled')
  await expect(rowOf(page, 'Distilled')).not.toContainText('cancelled')
})

test('a run that is cancelled after a validation keeps its best model, and says that it was cut short', async ({
  page,
}) => {
  await openSample(page)
  await typeNumber(page, 'Epochs', '50')
  await press(page, 'Distill')
  await expect(page.getByText('Distill · Validating')).toBeVisible()
  await expect(page.getByText('Distill · Training')).toBeVisible()
  await press(page, 'Cancel')
  await expectMeasured(page, 'Distilled')
  await expect(rowOf(page, 'Distilled')).toContainText('cancelled early')
})
