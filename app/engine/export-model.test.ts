// The shipped sample, pruned and quantized, exported: every file in ONNX Runtime on 500 rows, and the folder opened here again.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { type Folder, readAll, requireFile } from './base/bytes.ts'
import { UNWATCHED } from './base/watch.ts'
import { evaluationBatches, padBatch } from './data/batches.ts'
import { openTable } from './data/open-table.ts'
import { exportModel, rowForPrecision } from './export-model.ts'
import { verifyExport } from './exports/verify.ts'
import { MemoryFolder } from './hosts/memory-folder.ts'
import { fileSource, readFolder } from './hosts/node-files.ts'
import { onnxRuntimeNode } from './hosts/onnxruntime-node.ts'
import { bestClass } from './metrics/score.ts'
import { predict } from './model/predict.ts'
import type { KeptModel } from './model-table.ts'
import { parseRecipe } from './recipe.ts'
import { Session } from './session.ts'

const SAMPLE = join(import.meta.dirname, '../../public/sample')
const ROWS = 500
/** The bounds: F32 logits, and accuracy as a fraction. */
const LOGIT_TOLERANCE = 1e-3
const ACCURACY_TOLERANCE = 0.01

let session: Session
let exported: Folder
beforeAll(async () => {
  session = new Session(await testGpu(), () => {})
  const recipe = parseRecipe(await readFile(join(SAMPLE, 'recipe.json'), 'utf8'), 'recipe.json')
  await session.openModel(await readFolder(join(SAMPLE, 'model')))
  const table = await openTable(await fileSource(join(SAMPLE, 'test.csv')))
  session.openData({ test: { ...table, rows: table.rows.slice(0, ROWS) } }, recipe.data)
  const [, prune, ...quantize] = recipe.stages
  // Which units go does not matter here, and magnitudes need no backward passes.
  const stages = [{ ...prune!, importance: 'magnitude', pruning_ratio: 0.2 }, ...quantize]
  for (const stage of stages) await session.runStage(stage, { untrained: true })
  const folder = new MemoryFolder()
  await exportModel(session, { recipe, folder, folderName: 'exported' })
  exported = folder.asFolder('exported')
}, 180_000)
afterAll(() => {
  const before = session.gpu.pool.ledger.now
  session.close()
  expect(session.gpu.pool.ledger.now).toBeLessThan(before)
})

/** ONNX Runtime on the session's rows, compared with the kept model of a precision. */
async function verify(file: string, kept: KeptModel) {
  const { ids, labels } = session.data!.test
  const classes = kept.model.spec.labels.length
  const batches = evaluationBatches(
    ids.map((text) => text.length),
    { batchSize: 32 },
  )
  const order = batches.flat()
  return verifyExport(
    onnxRuntimeNode(),
    await readAll(requireFile(exported, file)),
    batches.map((rows) => padBatch(rows.map((row) => ids[row]!))),
    {
      predictions: order.map((row) => bestClass(kept.logits, row, classes)),
      labels: order.map((row) => labels[row]!),
      logits: order.flatMap((row) => [...kept.logits.subarray(row * classes, (row + 1) * classes)]),
    },
  )
}

const keptFor = (precision: string) =>
  session.table.entries[rowForPrecision(session.table.entries, precision)]!

describe('the exported sample', () => {
  it('gives our logits in ONNX Runtime in FP32', async () => {
    const kept = keptFor('fp32')
    expect(kept.key).toBe('prune')
    const result = await verify('onnx/model.onnx', kept)
    expect(result).toMatchObject({ n: ROWS, agreement: 1, accuracy: kept.row.accuracy })
    expect(result.largestDifference).toBeLessThan(LOGIT_TOLERANCE)
  })

  it.each([
    ['q8', 'onnx/model_quantized.onnx', 'W8A8_DYNAMIC'],
    ['q4', 'onnx/model_q4.onnx', 'W4A16'],
  ])('is as accurate in ONNX Runtime in %s as its row says', async (precision, file, scheme) => {
    const kept = keptFor(precision)
    expect(kept.row).toMatchObject({ scheme, n: ROWS })
    const { n, accuracy } = await verify(file, kept)
    expect(n).toBe(ROWS)
    expect(Math.abs(accuracy! - kept.row.accuracy!)).toBeLessThanOrEqual(ACCURACY_TOLERANCE)
    const full = requireFile(exported, 'onnx/model.onnx').size
    expect(requireFile(exported, file).size).toBeLessThan(0.5 * full)
  })

  it('opens here again and gives the same bits', async () => {
    const other = new Session(session.gpu, () => {})
    const { model, checkpoint, tokenizer } = await other.openModel(exported)
    const { model: pruned } = keptFor('fp32')
    const sizes = ({ spec }: typeof model) => spec.layers.map(({ heads, ffn }) => [heads, ffn])
    expect(sizes(model)).toEqual(sizes(pruned))
    expect(checkpoint.spec.labels).toEqual(pruned.spec.labels)
    const ids = session
      .data!.test.texts.slice(0, 40)
      .map((text) => tokenizer.encode(text, tokenizer.longest(64, checkpoint.spec.positions)))
    expect(ids).toEqual(session.data!.test.ids.slice(0, 40))
    expect(await predict(session.gpu, model, ids, UNWATCHED)).toEqual(
      await predict(session.gpu, pruned, ids, UNWATCHED),
    )
    other.close()
  })

  it('has a config that says its sizes and a recipe that can be read', async () => {
    const config = JSON.parse(new TextDecoder().decode(await readAll(requireFile(exported, 'config.json'))))
    expect(config).toMatchObject({ model_type: 'bert', num_hidden_layers: 4 })
    const text = new TextDecoder().decode(await readAll(requireFile(exported, 'recipe.json')))
    expect(parseRecipe(text, 'recipe.json').stages).toHaveLength(4)
  })
})
