// Killed at random moments: the tab, its renderer, the GPU process. Nothing is lost, and little is done twice.
import type { Browser, Page } from '@playwright/test'
import { crashGpuProcess, expect, inFreshBrowser, openSample, press, test, typeNumber } from './studio.ts'

/** Kills of each kind. `DECANT_KILLS=10` is the proof; one of each is the guard. */
const KILLS = Number(process.env.DECANT_KILLS ?? 1)
/** A checkpoint is written every 20 seconds; the last moment leaves time for two, or for one where there is one kill. */
const FIRST_MS = 1000
const LAST_MS = KILLS > 1 ? 45_000 : 25_000
const MOST_REDONE_MS = 30_000
const POLL_MS = 100
/** Opening, training until the kill, coming back. */
const MS_A_KILL = 180_000

/** Ends a process and, where it takes a user to do so, opens the page again. @returns the page to go on with */
type Kill = (page: Page, browser: Browser) => Promise<Page>

const kills: Readonly<Record<string, Kill>> = {
  tab: async (page) => {
    const context = page.context()
    await page.close()
    return reopened(await context.newPage())
  },
  renderer: async (page) => {
    const session = await page.context().newCDPSession(page)
    const crashed = page.waitForEvent('crash')
    // The process that would answer is the one that ends.
    session.send('Page.crash').catch(() => {})
    await crashed
    return reopened(await page.context().newPage())
  },
  'GPU process': async (page, browser) => {
    await crashGpuProcess(browser)
    return page
  },
}

async function reopened(page: Page): Promise<Page> {
  await page.goto('/')
  await expect(page.getByRole('region', { name: 'Kept session' })).toContainText('Distill')
  await press(page, 'Resume session')
  return page
}

for (const [name, kill] of Object.entries(kills))
  test(`a killed ${name} costs at most 30 seconds of training`, async () => {
    test.setTimeout(KILLS * MS_A_KILL)
    for (let count = 0; count < KILLS; count++)
      await inFreshBrowser((page, browser) => trainAndKill(page, browser, [name, kill]), {
        // With fewer texts every epoch's end, seconds apart, would save a checkpoint.
        shortened: ['test'],
      })
  })

async function trainAndKill(page: Page, browser: Browser, [name, kill]: [string, Kill]): Promise<void> {
  await openSample(page)
  await typeNumber(page, 'Epochs', '50')
  await press(page, 'Distill')
  await expect(page.getByText('Distill · Training')).toBeVisible()
  const moment = FIRST_MS + Math.random() * (LAST_MS - FIRST_MS)
  const reached = await stepsUntil(page, moment)
  const killed = Date.now()
  const back = await kill(page, browser)
  const from = await resumedStep(back)
  const redone = killed - timeOf(reached, from)
  console.log(
    `${name} killed ${(moment / 1000).toFixed(1)} s into training, at step ${reached.at(-1)?.step}; back at step ${from}: ${(redone / 1000).toFixed(1)} s to do again`,
  )
  expect(redone).toBeLessThanOrEqual(MOST_REDONE_MS)
}

interface Reached {
  readonly step: number
  readonly time: number
}

/** When each training step was seen, until `forMs` have passed. */
async function stepsUntil(page: Page, forMs: number): Promise<Reached[]> {
  const start = Date.now()
  const reached: Reached[] = [{ step: 0, time: start }]
  while (Date.now() - start < forMs) {
    const step = await trainedStep(page)
    if (step !== undefined && step > reached.at(-1)!.step) reached.push({ step, time: Date.now() })
    await page.waitForTimeout(POLL_MS)
  }
  return reached
}

/** Absent while something else than training is under way. */
async function trainedStep(page: Page): Promise<number | undefined> {
  const [line] = await page.getByText('Distill · Training').locator('..').allTextContents()
  const step = /([\d,]+) of [\d,]+ steps/.exec(line ?? '')?.[1]
  return step === undefined ? undefined : Number(step.replaceAll(',', ''))
}

/** The step that training goes on from: told, or the first where it was killed before its first checkpoint. */
async function resumedStep(page: Page): Promise<number> {
  await expect(
    page.getByText(/The kept session is back|lost and is open again|resumed at step/),
  ).toBeVisible()
  await expect.poll(() => trainedStep(page)).toBeGreaterThan(0)
  const told = await page.getByText(/Distill resumed at step [\d,]+ of [\d,]+\./).allTextContents()
  return Number(/at step ([\d,]+)/.exec(told[0] ?? '')?.[1]?.replaceAll(',', '') ?? 0)
}

/** When a step had been reached: at the latest sighting that was not beyond it. */
const timeOf = (reached: readonly Reached[], step: number): number =>
  reached.findLast((seen) => seen.step <= step)!.time
