// Rebuilds the whole sample from a seed: data, tokenizer, and a teacher trained from scratch by this project's engine.
//   npm run sample
import { join } from 'node:path'
import bert from '../../app/engine/archs/bert.arch.ts'
import { memorySource, type OutputFolder, subfolder, writeAll } from '../../app/engine/base/bytes.ts'
import { UNWATCHED } from '../../app/engine/base/watch.ts'
import { openTable } from '../../app/engine/data/open-table.ts'
import { type PreparedData, prepareData } from '../../app/engine/data/prepared.ts'
import safetensors from '../../app/engine/exports/safetensors.export.ts'
import { writableFolder } from '../../app/engine/hosts/node-files.ts'
import { openNodeGpu } from '../../app/engine/hosts/node-gpu.ts'
import { bestClass } from '../../app/engine/metrics/score.ts'
import { initializeModel } from '../../app/engine/model/initialize.ts'
import type { Model } from '../../app/engine/model/model.ts'
import { portableModel } from '../../app/engine/model/portable.ts'
import { predict } from '../../app/engine/model/predict.ts'
import type { ModelSpec } from '../../app/engine/model/spec.ts'
import type { TrainingSettings } from '../../app/engine/stages/schedule.ts'
import { train } from '../../app/engine/stages/training.ts'
import { createTokenizer } from '../../app/engine/text/tokenizer.ts'
import { makeSampleData, SAMPLE_MAX_LENGTH, SAMPLE_SEED, toCsv } from './make-data.ts'

const SHAPE = { layers: 4, hidden: 64, headSize: 16, ffn: 256 }
const TRAINING: TrainingSettings = {
  temperature: 1,
  kdWeight: 0,
  hardLabelWeight: 1,
  hiddenWeight: 0,
  epochs: 12,
  batchSize: 32,
  learningRate: 2e-3,
  warmup: 0.06,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: SAMPLE_SEED,
}

const log = (text: string) => process.stderr.write(`${text}\n`)
const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`)

function sampleSpec(labels: readonly string[], vocabulary: number): ModelSpec {
  const { layers, hidden, headSize, ffn } = SHAPE
  return {
    architecture: 'bert',
    hidden,
    headSize,
    vocabulary,
    positions: SAMPLE_MAX_LENGTH,
    tokenTypes: 2,
    layers: Array.from({ length: layers }, (_, source) => ({ heads: hidden / headSize, ffn, source })),
    labels,
    activation: 'gelu',
    poolerActivation: 'tanh',
    layerNormEpsilon: 1e-12,
  }
}

/** config.json in the names of transformers. */
function sampleConfig(spec: ModelSpec): Record<string, unknown> {
  return {
    architectures: ['BertForSequenceClassification'],
    model_type: 'bert',
    hidden_size: spec.hidden,
    num_hidden_layers: spec.layers.length,
    num_attention_heads: SHAPE.hidden / SHAPE.headSize,
    intermediate_size: SHAPE.ffn,
    hidden_act: 'gelu',
    vocab_size: spec.vocabulary,
    max_position_embeddings: spec.positions,
    type_vocab_size: spec.tokenTypes,
    layer_norm_eps: spec.layerNormEpsilon,
    initializer_range: 0.02,
    pad_token_id: 0,
    id2label: Object.fromEntries(spec.labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(spec.labels.map((label, id) => [label, id])),
  }
}

async function accuracyOn(model: Model, split: PreparedData['test']): Promise<number> {
  const logits = await predict(gpu, model, split.ids, UNWATCHED)
  const classes = model.spec.labels.length
  return (
    split.ids.filter((_, row) => bestClass(logits, row, classes) === split.labels[row]).length /
    split.ids.length
  )
}

async function trainTeacher(model: Model, data: PreparedData): Promise<void> {
  await train(
    {
      gpu,
      student: model,
      ids: data.train.ids,
      labels: data.train.labels,
      watch: UNWATCHED,
      validate: (student) => accuracyOn(student, data.validation),
      onLoss: (points) => {
        for (const { step, loss, validation } of points)
          if (validation !== undefined)
            log(`step ${step}: loss ${loss.toFixed(3)}, validation ${(100 * validation).toFixed(1)} %`)
      },
    },
    TRAINING,
  )
}

async function writeSample(
  folder: OutputFolder,
  model: Model,
  config: Record<string, unknown>,
): Promise<void> {
  const modelFolder = subfolder(folder, 'model')
  await writeAll(modelFolder, 'config.json', json(bert.toConfig(model.spec, config)))
  await safetensors.write({ architecture: bert, model: portableModel(gpu, model) }, 'fp32', modelFolder)
}

const root = process.argv[2] ?? join('public', 'sample')
const folder = writableFolder(root)
const sample = makeSampleData(SAMPLE_SEED)
const csv = {
  train: new TextEncoder().encode(toCsv(sample.train)),
  test: new TextEncoder().encode(toCsv(sample.test)),
}
await writeAll(folder, 'train.csv', csv.train)
await writeAll(folder, 'test.csv', csv.test)
await writeAll(folder, 'model/tokenizer.json', json(sample.tokenizer.json))
await writeAll(folder, 'model/tokenizer_config.json', json(sample.tokenizer.config))

const gpu = await openNodeGpu()
const tokenizer = createTokenizer(sample.tokenizer.json, sample.tokenizer.config, 'tokenizer.json')
const labels = [...new Set(sample.train.map(({ label }) => label))].sort()
const spec = sampleSpec(labels, tokenizer.vocabularySize)
const tables = {
  train: await openTable(memorySource('train.csv', csv.train)),
  test: await openTable(memorySource('test.csv', csv.test)),
}
const data = prepareData(tables, {
  recipe: { text: 'text', label: 'label', validation: 0.1, max_length: SAMPLE_MAX_LENGTH },
  seed: SAMPLE_SEED,
  spec,
  tokenizer,
})
const started = performance.now()
const model = initializeModel(gpu, spec, SAMPLE_SEED)
await trainTeacher(model, data)
await writeSample(folder, model, sampleConfig(spec))
log(
  `test ${(100 * (await accuracyOn(model, data.test))).toFixed(2)} %, ${((performance.now() - started) / 1000).toFixed(0)} s`,
)
process.exit(0)
