// The Hub, played by a stand-in: looked up, downloaded with a break, kept over a reload, refused without a token. And folders by address.
import type { Page, Route } from '@playwright/test'
import { COMMIT, hubStandIn, PRIVATE_REPO, REPO, TOKEN } from '../app/engine/fixtures/hub-stand-in.ts'
import { expect, expectAccessible, expectIdle, openSample, press, test } from './studio.ts'

const HUB = 'https://huggingface.co'
const TINY_BERT = 'app/engine/fixtures/tiny-bert'

interface Asked {
  readonly path: string
  readonly range?: string
}

/** Answers for the Hub; `change` may spoil an answer. */
async function playHub(
  page: Page,
  change: (route: Route, path: string) => Promise<boolean> = async () => false,
): Promise<Asked[]> {
  const answer = hubStandIn(TINY_BERT)
  const asked: Asked[] = []
  await page.route(`${HUB}/**`, async (route) => {
    const request = route.request()
    const { pathname, search } = new URL(request.url())
    const headers = await request.allHeaders()
    asked.push({ path: pathname, ...(headers.range ? { range: headers.range } : {}) })
    if (request.method() === 'OPTIONS')
      return route.fulfill({
        status: 204,
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
      })
    if (await change(route, pathname)) return
    await route.fulfill(answer({ path: `${pathname}${search}`, headers }))
  })
  return asked
}

const lookUp = async (page: Page, address: string) => {
  await page.getByRole('textbox', { name: 'Hub id or link' }).fill(address)
  await press(page, 'Look up')
}
const loadPanel = (page: Page) => page.getByRole('region', { name: 'Load', exact: true })

test('a model of the Hub is listed, downloaded in two pieces, checked, kept and deleted', async ({
  page,
  trespasses,
}) => {
  trespasses.askedFor.add(HUB)
  let breaks = 1
  const asked = await playHub(page, async (route, path) => {
    if (!path.endsWith('/model.safetensors') || breaks-- <= 0) return false
    const whole = hubStandIn(TINY_BERT)({ path, headers: {} })
    await route.fulfill({ ...whole, body: whole.body.subarray(0, 50_000) })
    return true
  })
  await openSample(page)
  expect(asked).toEqual([])

  await test.step('a pasted link shows the files and their size before anything is fetched', async () => {
    await lookUp(page, ` ${HUB}/${REPO}/blob/main/config.json `)
    await expect(loadPanel(page)).toContainText(`${REPO}: 4 files, 1`)
    await loadPanel(page).getByText('Files to download').click()
    const files = page.getByRole('table', { name: 'Files to download' })
    await expect(files.getByRole('row')).toHaveText([
      /File/,
      /config.json/,
      /model.safetensors/,
      /tokenizer.json/,
      /tokenizer_config.json/,
    ])
    expect(asked.filter(({ path }) => path.includes('/resolve/'))).toEqual([])
    await expectAccessible(page)
  })

  await test.step('the download goes on where the connection broke, and the model opens', async () => {
    await page.getByRole('button', { name: /^Download \d/ }).click()
    await expect(loadPanel(page).getByText(REPO, { exact: true })).toBeVisible()
    await expectIdle(page)
    const weights = asked.filter(({ path }) => path === `/${REPO}/resolve/${COMMIT}/model.safetensors`)
    expect(weights.map(({ range }) => range)).toEqual([undefined, 'bytes=50000-'])
  })

  await test.step('after a reload it opens without the Hub', async () => {
    const before = asked.length
    await openSample(page)
    await loadPanel(page)
      .getByText(/Kept in this browser: 1 model, 1/)
      .click()
    await expect(loadPanel(page)).toContainText(/This page uses .+ of the .+ that the browser allows it/)
    await expectAccessible(page)
    await press(page, `Open ${REPO}`)
    await expect(loadPanel(page).locator('strong').getByText(REPO, { exact: true })).toBeVisible()
    expect(asked.length).toBe(before)
  })

  await test.step('deleting it empties the list', async () => {
    await expectIdle(page)
    await press(page, `Delete ${REPO} from this browser`)
    await expect(page.getByText('Kept in this browser', { exact: false })).toHaveCount(0)
  })
})

test('a private model needs a token, which is stored nowhere', async ({ page, trespasses }) => {
  trespasses.askedFor.add(HUB)
  await playHub(page)
  await openSample(page)
  await lookUp(page, PRIVATE_REPO)
  await expect(page.getByRole('alert')).toContainText(`The Hub does not hand out ${PRIVATE_REPO} (401)`)
  await expect(page.getByRole('alert')).toContainText('Paste an access token')
  await press(page, 'Dismiss')
  await loadPanel(page).getByText('Private model?').click()
  await page.getByLabel('Access token for a private model').fill(TOKEN)
  await press(page, 'Look up')
  await page.getByRole('button', { name: /^Download \d/ }).click()
  await expect(loadPanel(page).locator('strong').getByText(PRIVATE_REPO, { exact: true })).toBeVisible()
  expect(await storedTexts(page)).not.toContain(TOKEN)
  expect(page.url()).not.toContain(TOKEN)
})

test('wrong ids, damaged bytes and an unreachable Hub are told, and what was open stays', async ({
  page,
  trespasses,
}) => {
  trespasses.askedFor.add(HUB)
  let state: 'damaged' | 'away' = 'damaged'
  await playHub(page, async (route, path) => {
    if (state === 'away') {
      await route.abort('connectionrefused')
      return true
    }
    if (!path.endsWith('/model.safetensors')) return false
    const whole = hubStandIn(TINY_BERT)({ path, headers: {} })
    await route.fulfill({ ...whole, body: Buffer.alloc(whole.body.length) })
    return true
  })
  await openSample(page)
  const refused = async (...parts: string[]) => {
    for (const part of parts) await expect(page.getByRole('alert')).toContainText(part)
    await expect(loadPanel(page).locator('strong').getByText('sample', { exact: true })).toBeVisible()
    await press(page, 'Dismiss')
  }
  await lookUp(page, 'https://huggingface.co/datasets/a/b')
  await refused('names no model of the Hub')
  await lookUp(page, 'nobody/nothing')
  await refused('The Hub has no nobody/nothing (404)', 'Check the id and the revision')
  await lookUp(page, REPO)
  await page.getByRole('button', { name: /^Download \d/ }).click()
  await refused('model.safetensors arrived as', 'the damaged part was deleted')
  state = 'away'
  await lookUp(page, REPO)
  await refused('The Hub at huggingface.co could not be reached')
})

test('before a big download, and not before a small one, the browser is asked to keep it', async ({
  page,
  trespasses,
}) => {
  trespasses.askedFor.add(HUB)
  const BIG = 438_000_000
  let isBig = false
  await playHub(page, async (route, path) => {
    if (!isBig) return false
    if (path.endsWith('/model.safetensors')) {
      await route.abort('connectionreset')
      return true
    }
    if (!path.includes('/tree/')) return false
    const { body, ...answer } = hubStandIn(TINY_BERT)({ path, headers: {} })
    const entries: { path: string; size: number }[] = JSON.parse(body.toString())
    const grown = entries.map((entry) =>
      entry.path === 'model.safetensors' ? { ...entry, size: BIG } : entry,
    )
    await route.fulfill({ ...answer, body: JSON.stringify(grown) })
    return true
  })
  await page.addInitScript(() => {
    const asked = { asked: 0 }
    Object.assign(window, { keeping: asked })
    navigator.storage.persist = async () => {
      asked.asked += 1
      return false
    }
  })
  await openSample(page)
  const asked = () => page.evaluate(() => (window as unknown as { keeping: { asked: number } }).keeping.asked)
  await lookUp(page, REPO)
  await page.getByRole('button', { name: /^Download \d/ }).click()
  await expect(loadPanel(page).locator('strong').getByText(REPO, { exact: true })).toBeVisible()
  await expectIdle(page)
  expect(await asked()).toBe(0)
  isBig = true
  await lookUp(page, `${REPO}@main`)
  await page.getByRole('button', { name: /^Download 438/ }).click()
  await expect.poll(asked).toBe(1)
  // That it was refused is no news; that the connection broke is.
  await expect(page.getByRole('alert')).toHaveCount(1)
  await expect(page.getByRole('alert')).toContainText(/model\.safetensors stopped at|needs \d+ bytes more/)
})

test('a folder on the page’s own server is opened by its address, and no other server is asked', async ({
  page,
  trespasses,
}) => {
  await openSample(page)
  await test.step('another origin is refused with the reason and what to do', async () => {
    await lookUp(page, 'https://models.example.org/mine/')
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('https://models.example.org was not asked for anything')
    await expect(alert).toContainText(
      /connect only to http:\/\/localhost:\d+, where it comes from, and to huggingface\.co/,
    )
    await expect(alert).toContainText('drop it on this page, or serve it beside the studio')
    await press(page, 'Dismiss')
  })
  await test.step('its own is listed by sizes alone, and only then downloaded', async () => {
    const before = trespasses.requests.length
    await lookUp(page, '/sample/model/')
    await expect(loadPanel(page)).toContainText(/sample\/model: 4 files, [\d.]+ MB/)
    await expect(loadPanel(page)).toContainText('it tells no hashes, so sizes alone are checked')
    await expectAccessible(page)
    expect(trespasses.requests.slice(before)).toContainEqual(
      expect.stringMatching(/\/sample\/model\/config\.json$/),
    )
    await page.getByRole('button', { name: /^Download \d/ }).click()
    await expect(loadPanel(page).locator('strong').getByText('sample/model', { exact: true })).toBeVisible()
    await expectIdle(page)
  })
  await test.step('it is kept, and opens again without its server', async () => {
    await openSample(page)
    const before = trespasses.requests.length
    await loadPanel(page)
      .getByText(/Kept in this browser: 1 model/)
      .click()
    await press(page, 'Open sample/model')
    await expect(loadPanel(page).locator('strong').getByText('sample/model', { exact: true })).toBeVisible()
    expect(trespasses.requests.slice(before)).toEqual([])
  })
  await test.step('an address with nothing there is answered by what a model needs', async () => {
    await lookUp(page, `${new URL(page.url()).origin}/nothing/here`)
    await expect(
      page.getByRole('list', { name: 'What a model folder needs' }).getByRole('listitem'),
    ).toHaveText([
      /config\.json configuration, missing/,
      /model\.safetensors weights, missing/,
      /tokenizer\.json tokenizer, missing/,
    ])
  })
})

/** Everything that the page keeps as text: both storages, and every small file of its private file system. */
const storedTexts = (page: Page) =>
  page.evaluate(async () => {
    const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]
    const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of folder.values())
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle)
        else texts.push(await (await (handle as FileSystemFileHandle).getFile()).text())
    }
    await walk(await navigator.storage.getDirectory())
    return texts.join('\n')
  })
