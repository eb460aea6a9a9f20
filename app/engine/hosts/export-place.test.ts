// A place for exports without a private file system: files and their zip are held in memory, and Cancel leaves no zip.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { blobSource, readText, requireFile, writeAll } from '../base/bytes.ts'
import { RunControl, UNWATCHED } from '../base/watch.ts'
import { openZip } from '../formats/zip.ts'
import { privatePlace, zipPlace } from './export-place.ts'

beforeEach(() => void vi.stubGlobal('navigator', {}))
afterEach(() => vi.unstubAllGlobals())

const bytesOf = (text: string) => new TextEncoder().encode(text)

it('packs what was written, in order, and forgets it when cleared', async () => {
  const place = await privatePlace()
  await writeAll(place, 'config.json', bytesOf('{}'))
  await writeAll(place, 'onnx/model.onnx', bytesOf('weights'))
  const zip = await zipPlace(place, 'all.zip', UNWATCHED)
  const folder = await openZip(blobSource('all.zip', zip))
  expect([...folder.files.keys()]).toEqual(['config.json', 'onnx/model.onnx'])
  expect(await readText(requireFile(folder, 'onnx/model.onnx'))).toBe('weights')
  expect(await (await place.open('config.json')).text()).toBe('{}')
  await place.clear()
  expect(place.paths).toEqual([])
})

it('stops packing at Cancel', async () => {
  const place = await privatePlace()
  await writeAll(place, 'config.json', bytesOf('{}'))
  const control = new RunControl()
  control.cancel()
  const watch = { checkpoint: () => control.checkpoint(), progress: () => {} }
  await expect(zipPlace(place, 'all.zip', watch)).rejects.toMatchObject({ code: 'cancelled' })
  expect(await place.open('all.zip')).toBeUndefined()
})
