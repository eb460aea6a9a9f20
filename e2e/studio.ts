// The page as a story reads it: opened with its rules checked, rows of the table, what is under way.
import AxeBuilder from '@axe-core/playwright'
import {
  type Browser,
  type BrowserContext,
  test as base,
  chromium,
  expect,
  type Locator,
  type Page,
} from '@playwright/test'

export { expect } from '@playwright/test'

/** What no story may cause. */
interface Trespasses {
  /** Set by the one story that breaks a download on purpose. */
  isConsoleIgnored: boolean
  /** Origins that a story's user asks for; what they answer is the story's own business. */
  readonly askedFor: Set<string>
  readonly requests: string[]
  readonly found: string[]
}

/** Every story ends with a look at what the page did: its requests, its policy, its console. */
export const test = base.extend<{ hasWholeSample: boolean; trespasses: Trespasses }>({
  hasWholeSample: [false, { option: true }],
  context: async ({ context, hasWholeSample }, use) => {
    if (!hasWholeSample) await shortenSample(context)
    await use(context)
  },
  trespasses: [
    async ({ page, baseURL }, use) => {
      const trespasses: Trespasses = { isConsoleIgnored: false, askedFor: new Set(), requests: [], found: [] }
      watchNetwork(page, new URL(baseURL!).origin, trespasses)
      watchConsole(page, trespasses)
      await use(trespasses)
      expect(trespasses.found).toEqual([])
    },
    { auto: true },
  ],
})

/** Of a story that measures times: nothing else runs beside it. */
export const ALONE = { tag: '@alone' }

/** Rows of the sample's tables that a story opens unless it asks for all: what it tells does not depend on them, how long it takes does. */
const STORY_ROWS = { train: 800, test: 200 }
type SampleTable = keyof typeof STORY_ROWS
const SAMPLE_TABLES: readonly SampleTable[] = ['train', 'test']

/** The sample's tables as served, but for the rows after these. */
async function shortenSample(context: BrowserContext, tables = SAMPLE_TABLES): Promise<void> {
  for (const name of tables)
    await context.route(`**/sample/${name}.csv`, async (route) => {
      const response = await route.fetch()
      const lines = (await response.text()).split('\n')
      await route.fulfill({ response, body: lines.slice(0, 1 + STORY_ROWS[name]).join('\n') })
    })
}

function watchNetwork(page: Page, origin: string, { askedFor, requests, found }: Trespasses): void {
  page.on('request', (request) => {
    requests.push(request.url())
    const asked = new URL(request.url()).origin
    if (asked !== origin && !askedFor.has(asked)) found.push(`request to ${request.url()}`)
  })
  page.on('response', (response) => {
    if (!response.url().startsWith('http') || askedFor.has(new URL(response.url()).origin)) return
    const policy = response.headers()['content-security-policy']
    if (!policy?.includes("default-src 'none'")) found.push(`no policy on ${response.url()}`)
    if (withoutAllowed(response.url(), policy)?.includes('unsafe-'))
      found.push(`${policy} on ${response.url()}`)
  })
}

/** The workers that run ONNX Runtime, and no other response, may compile WebAssembly. */
function withoutAllowed(url: string, policy: string | undefined): string | undefined {
  const isRuntime = /^\/assets\/onnxruntime-(wasm|webgpu)-worker-[\w-]+\.js$/.test(new URL(url).pathname)
  return isRuntime ? policy?.replace("script-src 'self' 'wasm-unsafe-eval';", '') : policy
}

function watchConsole(page: Page, trespasses: Trespasses): void {
  const note = (text: string) => {
    if (!trespasses.isConsoleIgnored) trespasses.found.push(text)
  }
  page.on('console', (message) => {
    // The browser reports every answer that is an error, the refusals of a story's stand-in too.
    const from = message.location().url
    const isAskedFor = URL.canParse(from) && trespasses.askedFor.has(new URL(from).origin)
    if (message.type() === 'error' && !isAskedFor) note(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => note(`page: ${error.message}`))
}

/** A browser of the story's own: Chromium counts how often its GPU process ended, and soon gives no adapter any more. */
export async function inFreshBrowser(
  story: (page: Page, browser: Browser) => Promise<void>,
  sample: { shortened?: readonly SampleTable[] } = {},
): Promise<void> {
  const browser = await chromium.launch(test.info().project.use.launchOptions)
  try {
    await story(await freshVisit(browser, sample), browser)
  } finally {
    await browser.close()
  }
}

/** A page of somebody who was never here. */
export async function freshVisit(browser: Browser, { shortened = SAMPLE_TABLES } = {}): Promise<Page> {
  const { baseURL, viewport, contextOptions } = test.info().project.use
  const context = await browser.newContext({ ...contextOptions, baseURL, viewport, serviceWorkers: 'block' })
  await shortenSample(context, shortened)
  return context.newPage()
}

/** Ends the browser's GPU process; it counts such ends, so that a story does this `inFreshBrowser`. */
export async function crashGpuProcess(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession()
  // The process that would answer is the one that ends.
  session.send('Browser.crashGpuProcess').catch(() => {})
}

/** Takes hold of the slider's thumb, whose middle is at (x, y); `page.mouse` drags it until it is let go. */
export async function grabPruneRatio(page: Page) {
  const thumb = page.getByRole('slider', { name: 'Prune ratio', exact: true })
  await thumb.scrollIntoViewIfNeeded()
  const box = (await thumb.boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  return { thumb, x, y }
}

export type Student = 'Teacher' | 'Distilled' | 'Pruned' | 'INT8' | 'INT4'

export interface Figure {
  readonly text: string
  /** The value that hovering shows. */
  readonly exact: string
  readonly isStale: boolean
}

export const rowOf = (page: Page, name: Student): Locator =>
  page
    .getByRole('table', { name: 'Comparison' })
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) })

/** One figure of the table, found by the names that readers hear. */
export async function figure(page: Page, name: Student, column: string): Promise<Figure> {
  const columns = page.getByRole('table', { name: 'Comparison' }).getByRole('columnheader')
  await columns.first().waitFor()
  const heads = await columns.allInnerTexts()
  const at = heads.findIndex((head) => head.startsWith(column))
  expect(at, `a column ${column} among ${heads.join(', ')}`).toBeGreaterThan(0)
  const cell = rowOf(page, name).locator('th, td').nth(at)
  const text = (await cell.textContent()) ?? ''
  return { text, exact: (await cell.getAttribute('title')) ?? '', isStale: text.includes('stale') }
}

/** "154,329" as a number. */
export const numberOf = ({ exact }: Figure): number => Number(exact.replaceAll(',', ''))

/** Waits until the row's accuracy is measured for the present settings and nothing runs. */
export async function expectMeasured(page: Page, ...names: readonly Student[]): Promise<void> {
  for (const name of names)
    await expect
      .poll(async () => (await figure(page, name, 'Accuracy')).text, { message: `${name} is measured` })
      .toMatch(/^[\d.]+%(?!.*stale)/)
  await expectIdle(page)
}

export const expectIdle = (page: Page) =>
  expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeDisabled()

/**
 * Opens the page and waits for the sample's teacher: a page without an adapter never gets there. Every story is a first visit, of which
 * tuning would take a second at a moment of its own.
 */
export async function openSample(page: Page): Promise<void> {
  await page.goto('/?tune=off')
  await expectMeasured(page, 'Teacher')
  await expectSound(page)
}

/** The self-test has failed nowhere: all checks passed, or those so far. */
export const expectSound = (page: Page) =>
  expect(page.getByRole('region', { name: 'GPU', exact: true })).toContainText(
    /self-test passed, \d+ kernels|self-test: \d+ of \d+ so far/,
  )

export async function typeNumber(page: Page, name: string, value: string): Promise<void> {
  const box = page.getByRole('textbox', { name, exact: true })
  await box.fill(value)
  await box.press('Enter')
}

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

const RULES_OF_WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** No violation of WCAG 2.2, levels A and AA. */
export const expectAccessible = (page: Page) =>
  expectNoViolation(new AxeBuilder({ page }).withTags(RULES_OF_WCAG))

async function expectNoViolation(axe: AxeBuilder): Promise<void> {
  const { violations } = await axe.analyze()
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  expect(found).toEqual([])
}

/** What of WCAG 2.2 A and AA a color scheme can break: the other rules look at structure, which is the same in both. */
const RULES_ON_COLOR = ['color-contrast', 'link-in-text-block']

/** Both color schemes, at this width, without a sideways scroll. @param part selects what is new in the page; else all is looked at */
export async function expectFits(page: Page, part?: string): Promise<void> {
  const axe = () => (part === undefined ? new AxeBuilder({ page }) : new AxeBuilder({ page }).include(part))
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const rules = colorScheme === 'light' ? axe().withTags(RULES_OF_WCAG) : axe().withRules(RULES_ON_COLOR)
    await expectNoViolation(rules)
    const [content, screen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ])
    expect(content, `width of the page in ${colorScheme}`).toBeLessThanOrEqual(screen!)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
