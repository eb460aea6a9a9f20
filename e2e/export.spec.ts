// Exports: every ONNX file checked in ONNX Runtime in the page, as a zip or straight into a folder, and uploaded to the Hub.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { hubUploadStandIn, OWNER, WRITE_TOKEN } from '../app/engine/fixtures/hub-upload-stand-in.ts'
import { expect, expectAccessible, expectFits, expectIdle, openSample, press, test } from './studio.ts'
import { unzip } from './unzip.ts'

const HUB = 'https://huggingface.co'
const ONNX = ['onnx/model.onnx', 'onnx/model_quantized.onnx', 'onnx/model_q4.onnx']

const exportPanel = (page: Page) => page.getByRole('region', { name: 'Export', exact: true })
const written = (page: Page, file: string) =>
  page.getByRole('list', { name: 'Written files' }).getByRole('listitem').filter({ hasText: file })

/** Every ONNX file says on how many of 200 rows it agrees, how many it gets right, and in how long. */
async function expectChecked(page: Page): Promise<void> {
  for (const file of ONNX) {
    const line = written(page, file)
    await expect(line).toContainText(/predicts on \d+ of 200 rows/)
    await expect(line).toContainText(
      /[\d.]+% right · [\d.,]+ ms a text of \d+ tokens \(p50\) · onnxruntime-web [\d.]+, wasm/,
    )
    const agreed = Number(/predicts on (\d+) of/.exec((await line.textContent()) ?? '')?.[1])
    expect(agreed, file).toBeGreaterThanOrEqual(file === ONNX[0] ? 199 : 180)
  }
  await expect(exportPanel(page).getByRole('alert')).toHaveCount(0)
  await expectIdle(page)
}

test('the sample is exported as a zip, checked in ONNX Runtime, and uploaded to the Hub', async ({
  page,
  trespasses,
}, testInfo) => {
  trespasses.askedFor.add(HUB)
  await openSample(page)
  const isRuntime = (url: string) => /onnxruntime-\w+-worker|ort-wasm/.test(url)
  await expect(exportPanel(page)).toContainText(/INT8, dynamic\s*about \d+ kB/)
  expect(trespasses.requests.filter(isRuntime)).toEqual([])
  const downloading = page.waitForEvent('download')
  await press(page, 'Export')
  const download = await downloading
  await download.saveAs(testInfo.outputPath('sample.zip'))
  const folder = testInfo.outputPath('sample-decant')
  const paths = await unzip(testInfo.outputPath('sample.zip'), folder)

  await test.step('each file is read back and compared', async () => {
    await expectChecked(page)
    const { size } = await stat(join(folder, ONNX[1]!))
    await expect(
      written(page, ONNX[1]!)
        .getByTitle(/^[\d,]+$/)
        .first(),
    ).toHaveAttribute('title', size.toLocaleString('en-US'))
  })

  await test.step('on WebGPU the same file says the same', async () => {
    await press(page, `Verify ${ONNX[0]} on WebGPU`)
    const line = written(page, ONNX[0]!).getByText(/onnxruntime-web [\d.]+, webgpu/)
    await expect(line).toBeVisible()
    const agreed = Number(
      /predicts on (\d+) of 200/.exec((await line.locator('..').textContent()) ?? '')?.[1],
    )
    expect(agreed).toBeGreaterThanOrEqual(199)
    await expectIdle(page)
  })

  await test.step('lines to copy name what was written', async () => {
    await exportPanel(page).getByText('How to use it').click()
    const python = exportPanel(page).getByRole('region', { name: 'Python' })
    await expect(python).toContainText('f"{folder}/onnx/model_quantized.onnx"')
    expect(paths).toContain('onnx/model_quantized.onnx')
    await expect(exportPanel(page).getByRole('region', { name: 'Command line' })).toContainText(
      'npx decant predict sample-decant --data texts.csv',
    )
  })

  await test.step('the very files are committed to a new repository', async () => {
    const hub = await playUploads(page, folder, paths)
    await exportPanel(page).getByText('Upload to the Hugging Face Hub').click()
    await expectAccessible(page)
    await page.getByRole('textbox', { name: 'Repository' }).fill(`${OWNER}/small`)
    await page.getByLabel('Access token with write permission').fill(WRITE_TOKEN)
    await page.getByRole('button', { name: /^Upload [\d.]+ MB$/ }).click()
    await expect(page.getByRole('link', { name: `Uploaded: ${OWNER}/small` })).toHaveAttribute(
      'href',
      `${HUB}/${OWNER}/small`,
    )
    const { isPrivate, files } = hub.repos.get(`${OWNER}/small`)!
    expect(isPrivate).toBe(true)
    expect([...files.keys()].sort()).toEqual([...paths].sort())
    for (const path of paths)
      expect(files.get(path)!.equals(await readFile(join(folder, path))), path).toBe(true)
  })

  await expectIdle(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expectFits(page)
})

/**
 * Answers for the Hub. What the page sends as a file is out of a test's reach, so that a large file is taken from the
 * unpacked zip, by the digest that the page gave.
 */
async function playUploads(page: Page, folder: string, paths: readonly string[]) {
  const hub = hubUploadStandIn(HUB)
  const byDigest = new Map<string, Buffer>()
  for (const path of paths) {
    const bytes = await readFile(join(folder, path))
    byDigest.set(createHash('sha256').update(bytes).digest('hex'), bytes)
  }
  await page.route(`${HUB}/**`, async (route) => {
    const request = route.request()
    if (request.method() === 'OPTIONS')
      return route.fulfill({
        status: 204,
        headers: {
          'access-control-allow-origin': '*',
          'access-control-allow-headers': '*, Authorization',
          'access-control-allow-methods': '*',
        },
      })
    const path = new URL(request.url()).pathname
    const body = byDigest.get(path.split('/').at(-1)!) ?? request.postDataBuffer() ?? Buffer.alloc(0)
    const { authorization } = await request.allHeaders()
    await route.fulfill(hub.answer({ method: request.method(), path, authorization, body }))
  })
  return hub
}

test('an export goes straight into a picked folder, and is checked there', async ({ page }) => {
  // The browser's dialog cannot be driven; a folder of its own private file system takes the place of the picked one.
  await page.addInitScript(() => {
    Object.assign(window, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true }),
    })
  })
  await openSample(page)
  await press(page, 'Save to folder')
  await expect(exportPanel(page)).toContainText('saved in the picked folder')
  await expect(exportPanel(page).getByRole('link', { name: 'Save it again' })).toHaveCount(0)
  await expectChecked(page)
  const files = await page.evaluate(async () => {
    const found: Record<string, number> = {}
    const walk = async (folder: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
      for await (const [name, handle] of folder.entries())
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${prefix}${name}/`)
        else found[`${prefix}${name}`] = (await (handle as FileSystemFileHandle).getFile()).size
    }
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle('picked'), '')
    return found
  })
  for (const file of [...ONNX, 'config.json', 'tokenizer.json', 'recipe.json', 'report.json', 'README.md'])
    expect(files[`sample-decant/${file}`], file).toBeGreaterThan(0)
  expect(Object.keys(files).filter((name) => !name.startsWith('sample-decant/'))).toEqual([])
})

test('a runtime that does not load is told of, and Verify asks again', async ({
  page,
  context,
  trespasses,
}) => {
  // ONNX Runtime reports the failed request on the console.
  trespasses.isConsoleIgnored = true
  let isAway = true
  await context.route('**/ort-wasm*', (route) => (isAway ? route.abort() : route.continue()))
  await openSample(page)
  await press(page, 'Export')
  const file = ONNX[2]!
  await expect(written(page, file)).toContainText('Not verified. ONNX Runtime could not be started')
  await expectIdle(page)
  isAway = false
  await press(page, `Verify ${file}`)
  await expect(written(page, file)).toContainText(/predicts on \d+ of 200 rows/)
  await expect(written(page, ONNX[0]!)).toContainText('Not verified.')
})
