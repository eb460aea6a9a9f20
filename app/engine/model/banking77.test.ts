// A real checkpoint, where it lies beside the repository: logits of a few texts within 1e-4 of PyTorch's.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import bert from '../archs/bert.arch.ts'
import { openCheckpoint } from '../archs/load-plan.ts'
import { UNWATCHED } from '../base/watch.ts'
import { openTable } from '../data/open-table.ts'
import { FIXTURES } from '../formats/testing.ts'
import { fileSource, readFolder } from '../hosts/node-files.ts'
import { loadTokenizer } from '../text/tokenizer.ts'
import { loadModel } from './load.ts'
import { releaseModel } from './model.ts'
import { predict } from './predict.ts'

const SHARED = join(import.meta.dirname, '../../../../shared')
const MODEL = join(SHARED, 'models/banking77-minilm')
const DATA = join(SHARED, 'data/banking77/test.csv')
const golden = JSON.parse(readFileSync(join(FIXTURES, 'banking77-logits.json'), 'utf8')) as {
  max_length: number
  rows: { row: number; tokens: number; logits: number[] }[]
}
/** The bound. */
const TOLERANCE = 1e-4

const absent = [MODEL, DATA].filter((path) => !existsSync(path))
if (absent.length > 0) process.stdout.write(`banking77: skipped, for lack of ${absent.join(' and ')}\n`)

test.skipIf(absent.length > 0)('banking77-minilm gives PyTorch’s tokens and logits', async () => {
  const gpu = await testGpu()
  const folder = await readFolder(MODEL)
  const checkpoint = await openCheckpoint(folder, (id) => (id === 'bert' ? bert : undefined))
  const tokenizer = await loadTokenizer(folder)
  const table = await openTable(await fileSource(DATA))
  const texts = golden.rows.map(({ row }) => table.rows[row]![table.columns.indexOf('text')]!)
  const longest = tokenizer.longest(golden.max_length, checkpoint.spec.positions)
  const ids = texts.map((text) => tokenizer.encode(text, longest))
  expect(ids.map(({ length }) => length)).toEqual(golden.rows.map(({ tokens }) => tokens))
  const model = await loadModel(gpu, checkpoint, UNWATCHED)
  const logits = await predict(gpu, model, ids, UNWATCHED)
  releaseModel(gpu, model)
  expect(
    maxError(
      logits,
      golden.rows.flatMap((row) => row.logits),
    ),
  ).toBeLessThan(TOLERANCE)
})
