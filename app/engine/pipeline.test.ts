// Whole recipes: the same bits twice, a stopped run that goes on to the same end, kept stages that fit or not, and the report's fields.
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { FIXTURES, failureOf } from './formats/testing.ts'
import { ensureFolder, fileSource, readFolder, writableFolder } from './hosts/node-files.ts'
import { onnxRuntimeNode } from './hosts/onnxruntime-node.ts'
import { type RecipeFiles, runRecipe } from './pipeline.ts'
import type { Event, ModelRow, Progress, Recipe, Report } from './protocol.ts'
import { parseRecipe } from './recipe.ts'
import { Session } from './session.ts'
import { StageStore } from './stage-store.ts'
import { csvOf, messages, weightDigest } from './testing.ts'

const RECIPE = parseRecipe(
  JSON.stringify({
    recipe_version: 1,
    model: 'tiny-bert',
    seed: 3,
    data: { train: 'train.csv', test: 'test.csv', text: 'text', label: 'label', max_length: 32 },
    stages: [
      { kind: 'distill', student_layers: [0], epochs: 2, batch_size: 8, learning_rate: 1e-3 },
      { kind: 'prune', pruning_ratio: 0.3, recovery: { epochs: 1, batch_size: 8 } },
      { kind: 'quantize', scheme: 'W8A8_DYNAMIC' },
      { kind: 'quantize', scheme: 'W4A16', group_size: 32 },
    ],
    export: ['fp32', 'q8', 'q4'].map((precision) => ({ format: 'onnx', precision })),
  }),
  'recipe.json',
)
/** 40 rows, a tenth of them held out, 8 a batch. */
const STEPS_PER_EPOCH = 5
const SELF_TEST = { passed: 2, failed: ['matmul'] }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decant-pipeline-'))
  await writeFile(join(folder, 'train.csv'), csvOf(messages(40, 1)))
  await writeFile(join(folder, 'test.csv'), csvOf(messages(24, 2)))
})
afterAll(() => rm(folder, { recursive: true }))

interface RunOptions {
  readonly resume?: boolean
  readonly train?: string
  /** Ends the run as Ctrl-C does, where it says so. */
  readonly stopAt?: (event: Event) => boolean
}

/** One run as the command line makes it, with all that it emitted. */
async function run(out: string, recipe: Recipe = RECIPE, options: RunOptions = {}) {
  const output = join(folder, out)
  await ensureFolder(output)
  const reopen = () => readFolder(output)
  const files: RecipeFiles = {
    model: await readFolder(join(FIXTURES, 'tiny-bert')),
    train: await fileSource(options.train ?? join(folder, 'train.csv'), 'train.csv'),
    test: await fileSource(join(folder, 'test.csv')),
    output: writableFolder(output),
    reopen,
  }
  const trained = new Set<Progress['stage']>()
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const session = new Session(gpu, (event: Event) => {
    if (event.type === 'progress' && event.progress.phase === 'train') trained.add(event.progress.stage)
    if (options.stopAt?.(event)) session.control.cancel()
  })
  const store = new StageStore({ read: reopen, output: files.output, resume: options.resume ?? false })
  try {
    const settings = { files, selfTest: SELF_TEST, runtime: onnxRuntimeNode(), store }
    const report = await runRecipe(session, recipe, settings)
    const digests = await Promise.all(session.table.entries.map(({ model }) => weightDigest(gpu, model)))
    return { report, digests, trained: [...trained] }
  } finally {
    session.close()
    expect(gpu.pool.ledger.now, 'bytes given back').toBe(before)
  }
}

/** What must be the same in two runs: everything but times. */
const timeless = ({ rows }: Report) => rows.map(({ latency_ms, seconds, ...row }: ModelRow) => row)

/** Digest of every weight file that was exported. */
async function exported(out: string): Promise<Record<string, string>> {
  const names = await readdir(join(folder, out, 'model'), { recursive: true })
  const weights = names.filter((name) => /\.(onnx|safetensors)$/.test(name)).sort()
  const digest = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, out, 'model', name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(weights.map(async (name) => [name, await digest(name)])))
}

describe('a recipe', () => {
  it('gives the same rows, weights and exported bytes when run twice', async () => {
    const first = await run('first')
    const second = await run('second')
    expect(timeless(second.report)).toEqual(timeless(first.report))
    expect(second.digests).toEqual(first.digests)
    expect(Object.keys(await exported('first'))).toEqual([
      'model.safetensors',
      'onnx/model.onnx',
      'onnx/model_q4.onnx',
      'onnx/model_quantized.onnx',
    ])
    expect(await exported('second')).toEqual(await exported('first'))
  })

  it('writes a report with every field of the contract, and the recipe with its defaults', async () => {
    const report = JSON.parse(await readFile(join(folder, 'first/report.json'), 'utf8'))
    const number = expect.any(Number)
    expect(report).toEqual({
      report_version: 1,
      adapter: {
        vendor: expect.any(String),
        architecture: expect.any(String),
        description: expect.any(String),
        fallback: expect.any(Boolean),
      },
      self_test: SELF_TEST,
      data: { train: 36, validation: 4, test: 24, labels: 5 },
      rows: expect.any(Array),
      exports: expect.any(Array),
      peak_gpu_bytes: number,
    })
    const stages = report.rows.map(({ stage, scheme }: ModelRow) => [stage, scheme])
    expect(stages).toEqual([
      ['teacher', undefined],
      ['distill', undefined],
      ['prune', undefined],
      ['quantize', 'W8A8_DYNAMIC'],
      ['quantize', 'W4A16'],
    ])
    for (const row of report.rows)
      expect(row).toMatchObject({
        parameters: number,
        bytes: number,
        group_bytes: { embeddings: number, attention: number, 'feed-forward': number, head: number },
        gpu_bytes: number,
        multiply_adds: number,
        split: 'test',
        n: 24,
        accuracy: number,
        interval: [number, number],
        macro_f1: number,
        agreement: number,
        kl: number,
        p_value: number,
        latency_ms: { batch: 1, tokens: number, p50: number, p95: number, samples: expect.any(Array) },
        seconds: number,
      })
    expect(report.exports).toEqual(
      [
        ['onnx/model.onnx', 2],
        ['onnx/model_quantized.onnx', 3],
        ['onnx/model_q4.onnx', 4],
      ].map(([file, row]) => ({
        file: `model/${file}`,
        bytes: number,
        row,
        runtime: expect.stringMatching(/^onnxruntime-node \d/),
        n: 24,
        agreement: number,
        accuracy: number,
        latency_ms: { batch: 1, tokens: number, p50: number },
      })),
    )
    expect(parseRecipe(await readFile(join(folder, 'first/recipe.json'), 'utf8'), 'written')).toEqual(RECIPE)
    expect(await readFile(join(folder, 'first/report.md'), 'utf8')).toContain('model_q4.onnx')
  })
})

describe('a run that was stopped', () => {
  const isIn = (phase: Progress['phase']) => (event: Event) =>
    event.type === 'progress' && event.progress.phase === phase
  const isInSecondEpoch = (event: Event) =>
    event.type === 'loss' &&
    event.points.some(({ stage, step }) => stage === 'distill' && step > STEPS_PER_EPOCH)
  it.each<[string, string, (event: Event) => boolean, string[]]>([
    ['before it prunes', 'at-prune', isIn('importance'), ['prune']],
    ['in the second epoch of distillation', 'in-distill', isInSecondEpoch, ['distill', 'prune']],
    ['while it checks exports', 'at-verify', isIn('verify'), []],
  ])('%s goes on to the same rows and bytes', async (_, out, stopAt, trained) => {
    expect((await failureOf(() => run(out, RECIPE, { stopAt }))).code).toBe('cancelled')
    const resumed = await run(out, RECIPE, { resume: true })
    expect(resumed.trained).toEqual(trained)
    const whole = JSON.parse(await readFile(join(folder, 'first/report.json'), 'utf8')) as Report
    expect(timeless(resumed.report)).toEqual(timeless(whole))
    expect(await exported(out)).toEqual(await exported('first'))
  })
})

describe('kept stages', () => {
  const changed = (index: number, values: object): Recipe => ({
    ...RECIPE,
    stages: RECIPE.stages.map((stage, i) => (i === index ? { ...stage, ...values } : stage)),
  })

  it.each<[string, Recipe, string[]]>([
    ['all serve the same recipe', RECIPE, []],
    ['before a changed stage still serve', changed(1, { pruning_ratio: 0.5 }), ['prune']],
    ['after a changed stage do not', changed(0, { temperature: 2 }), ['distill', 'prune']],
    ['of another seed do not', { ...RECIPE, seed: 4 }, ['distill', 'prune']],
    [
      'of other columns or lengths do not',
      { ...RECIPE, data: { ...RECIPE.data, max_length: 16 } },
      ['distill', 'prune'],
    ],
  ])('%s', async (_, recipe, trained) => {
    const out = await copyOfFirst()
    expect((await run(out, recipe, { resume: true })).trained).toEqual(trained)
  })

  it('do not serve when a file has other contents of the same size', async () => {
    const [first, ...rest] = messages(40, 1)
    const other = first!.label === 'login' ? 'other' : 'login'
    const label = messages(40, 1).find((row) => row.label.length === other.length && row.label !== other)
    expect(label, 'a label of equal length').toBeDefined()
    const rows = [first!, ...rest].map((row) => (row.text === label!.text ? { ...row, label: other } : row))
    const train = join(folder, 'other.csv')
    await writeFile(train, csvOf(rows))
    expect(csvOf(rows).length).toBe(csvOf(messages(40, 1)).length)
    const { trained } = await run(await copyOfFirst(), RECIPE, { resume: true, train })
    expect(trained).toEqual(['distill', 'prune'])
  })

  it('leave no half-written files and no state of finished trainings', async () => {
    const out = await copyOfFirst()
    await writeFile(join(folder, out, 'stages/1-distill/weights.safetensors.0a1b.part'), 'half')
    await run(out, RECIPE, { resume: true })
    const names = await readdir(join(folder, out, 'stages/1-distill'))
    expect(names.sort()).toEqual(['logits.safetensors', 'stage.json', 'weights.safetensors'])
  })

  it('are not used without being asked for', async () => {
    expect((await run(await copyOfFirst())).trained).toEqual(['distill', 'prune'])
  })

  async function copyOfFirst(): Promise<string> {
    const out = `copy-${Math.random().toString(36).slice(2)}`
    await cp(join(folder, 'first'), join(folder, out), { recursive: true })
    return out
  }
})
