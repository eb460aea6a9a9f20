// Whether a model fits this adapter: bytes that running, distilling and exporting need, and the changes that make them fit.
// Pure arithmetic on sizes; it follows what forward.ts, backward.ts and training.ts hold at the same time.
import { bufferBytes } from '../../kernels/runtime/pool.ts'
import { elementCount } from './base/shape.ts'
import { catalog } from './catalog.ts'
import { TOKENS_PER_BATCH } from './model/predict.ts'
import { type LayerSpec, type ModelSpec, modelBytes, roleShapes } from './model/spec.ts'
import type { FitLever, FitTask, FitVerdict, OptionDefinition } from './protocol.ts'
import { defaultStudentLayers } from './stages/distill.ts'

export interface FitLimits {
  /** Bytes that the pool hands out in all. */
  readonly budget: number
  /** Bytes of the largest buffer that can be bound. */
  readonly tensorBytes: number
}

export interface FitSettings {
  readonly batchSize: number
  /** Tokens. */
  readonly maxLength: number
  readonly hiddenWeight: number
  /** Teacher layers that the student is made of. */
  readonly studentLayers: readonly number[]
}

interface Need {
  readonly bytes: number
  readonly largest: { readonly name: string; readonly bytes: number }
}

const LEAST_LENGTH = 16
/** Copies of the student's size while it trains: weights, gradients, both moments, the best weights so far. */
const TRAINING_COPIES = 5

/** What a distillation of `spec` uses when nothing else is said: the defaults of the catalog. */
export function defaultFitSettings(spec: ModelSpec): FitSettings {
  const numberOf = (options: readonly OptionDefinition[], key: string) =>
    options.find((option) => option.key === key)!.default as number
  return {
    batchSize: numberOf(catalog.stages.distill, 'batch_size'),
    maxLength: numberOf(catalog.data, 'max_length'),
    hiddenWeight: numberOf(catalog.stages.distill, 'hidden_weight'),
    studentLayers: defaultStudentLayers(spec),
  }
}

/** Verdicts for running, distilling and exporting a teacher of `spec`, in this order. */
export function fitVerdicts(
  spec: ModelSpec,
  limits: FitLimits,
  settings: FitSettings = defaultFitSettings(spec),
): FitVerdict[] {
  const bounded = { ...settings, maxLength: Math.min(settings.maxLength, spec.positions) }
  return (['run', 'distill', 'export'] as const).map((task) => verdict(task, spec, limits, bounded))
}

function verdict(task: FitTask, spec: ModelSpec, limits: FitLimits, settings: FitSettings): FitVerdict {
  const need = NEEDS[task](spec, settings)
  const fits = isWithin(need, limits)
  return {
    task,
    needed: need.bytes,
    budget: limits.budget,
    fits,
    largestTensor: { ...need.largest, limit: limits.tensorBytes },
    levers: fits ? [] : findLevers(task, spec, limits, settings),
  }
}

const isWithin = ({ bytes, largest }: Need, { budget, tensorBytes }: FitLimits) =>
  bytes <= budget && largest.bytes <= tensorBytes

const NEEDS: Readonly<Record<FitTask, (spec: ModelSpec, settings: FitSettings) => Need>> = {
  run: runNeed,
  distill: distillNeed,
  export: exportNeed,
}

/** Weights, and the activations of the largest evaluation batch. */
function runNeed(spec: ModelSpec, { maxLength }: FitSettings): Need {
  const rows = Math.max(TOKENS_PER_BATCH, maxLength)
  const bytes = weightBytes(spec) + forwardBytes(spec, rows, 0)
  return { bytes, largest: largestOf(spec, rows) }
}

function distillNeed(spec: ModelSpec, settings: FitSettings): Need {
  const student = studentOf(spec, settings)
  const rows = Math.max(settings.batchSize * settings.maxLength, TOKENS_PER_BATCH)
  return { bytes: distillationBytes(spec, student, settings), largest: largestOf(spec, rows) }
}

/**
 * Teacher and student with its copies, and the larger of: the teacher's pass, the student's pass with its gradients, and a
 * validation. The teacher's matched outputs wait for the student. What is kept of them over all steps is no need: it takes what is
 * left.
 */
export function distillationBytes(
  teacher: ModelSpec,
  student: ModelSpec,
  { batchSize, maxLength, hiddenWeight }: Pick<FitSettings, 'batchSize' | 'maxLength' | 'hiddenWeight'>,
): number {
  const rows = batchSize * maxLength
  const matched = hiddenWeight > 0 ? student.layers.length : 0
  const hiddenStates = matched * floats(rows, teacher.hidden)
  const teacherPass = forwardBytes(teacher, rows, matched)
  const studentPass = hiddenStates + savedBytes(student, rows, batchSize) + backwardBytes(student, rows)
  const validation = forwardBytes(student, Math.max(TOKENS_PER_BATCH, maxLength), 0)
  const resident = weightBytes(teacher) + TRAINING_COPIES * weightBytes(student) + 2 * floats(rows, 1)
  return resident + Math.max(teacherPass, studentPass, validation)
}

/** All rows of the table at once — teacher, student, INT8 and INT4 of it — and one matrix unpacked to be written. */
function exportNeed(spec: ModelSpec, settings: FitSettings): Need {
  const student = studentOf(spec, settings)
  const packed = (scheme: 'W8A8_DYNAMIC' | 'W4A16') =>
    modelBytes(student, { scheme, groupSize: 64, embeddings: 'INT8', isExempt: () => false })
  const largest = largestWeight(spec)
  const kept = weightBytes(spec) + weightBytes(student) + packed('W8A8_DYNAMIC') + packed('W4A16')
  return { bytes: kept + largest.bytes, largest }
}

function studentOf(spec: ModelSpec, { studentLayers }: FitSettings): ModelSpec {
  return { ...spec, layers: studentLayers.flatMap((layer) => spec.layers[layer] ?? []) }
}

/** Bytes of F32 buffers [rows, cols]. */
function floats(rows: number, cols: number): number {
  return bufferBytes(rows * cols * 4)
}

function weightBytes(spec: ModelSpec): number {
  return [...roleShapes(spec).values()].reduce((sum, shape) => sum + floats(1, elementCount(shape)), 0)
}

/** Activations of one layer but for its input: [rows, …], and log-sum-exp per head. Saved, values before the activation too. */
function layerBytes(
  { hidden, headSize, activation }: ModelSpec,
  { heads, ffn }: LayerSpec,
  { rows, isSaved }: { rows: number; isSaved: boolean },
): number {
  const width = heads * headSize
  const norms = 2 * floats(rows, 2)
  const hiddens = 4 * floats(rows, hidden)
  const attention = floats(rows, 3 * width) + floats(rows, width) + floats(rows, heads)
  const inners = isSaved || activation === 'relu' ? 2 : 1
  return norms + hiddens + attention + inners * floats(rows, ffn)
}

const embeddingBytes = ({ hidden }: ModelSpec, rows: number) => 2 * floats(rows, hidden) + floats(rows, 2)

/** Most that a pass without backward holds: embeddings, one layer with its input, and the layer outputs asked for. */
function forwardBytes(spec: ModelSpec, rows: number, wanted: number): number {
  const layer = Math.max(0, ...spec.layers.map((one) => layerBytes(spec, one, { rows, isSaved: false })))
  return 2 * floats(rows, 1) + embeddingBytes(spec, rows) + layer + wanted * floats(rows, spec.hidden)
}

/** What a forward pass keeps for backward, head and logits with it. */
function savedBytes(spec: ModelSpec, rows: number, texts: number): number {
  const layers = spec.layers.reduce((sum, layer) => sum + layerBytes(spec, layer, { rows, isSaved: true }), 0)
  const head = 3 * floats(texts, spec.hidden) + 3 * floats(texts, spec.labels.length)
  return embeddingBytes(spec, rows) + layers + head
}

/**
 * Most that backward holds at one moment beside what was saved: inside the feed-forward block (the slope of ReLU is a pass of its
 * own, with an input and an output), or on either side of attention. Sums of weight gradients in slices, about 2 MB at most, are
 * left out.
 */
function backwardBytes({ layers, hidden, headSize, activation }: ModelSpec, rows: number): number {
  const isRelu = activation === 'relu'
  const perLayer = layers.map(({ heads, ffn }) => {
    const width = heads * headSize
    const inner = floats(rows, ffn)
    const feedForward = 2 * floats(rows, hidden) + inner + Math.max(floats(rows, hidden), isRelu ? inner : 0)
    const perHead = floats(rows, width) + floats(rows, heads)
    const attention =
      2 * floats(rows, hidden) + 3 * floats(rows, width) + Math.max(floats(rows, hidden), perHead)
    return Math.max(feedForward, attention)
  })
  return Math.max(0, ...perLayer)
}

function largestWeight(spec: ModelSpec): Need['largest'] {
  const sizes = [...roleShapes(spec)].map(([name, shape]) => ({
    name,
    bytes: floats(1, elementCount(shape)),
  }))
  return sizes.reduce((most, next) => (next.bytes > most.bytes ? next : most))
}

/** The largest weight or activation of `rows` tokens. */
function largestOf(spec: ModelSpec, rows: number): Need['largest'] {
  const weight = largestWeight(spec)
  const widest = Math.max(
    spec.hidden,
    ...spec.layers.map(({ ffn, heads }) => Math.max(ffn, 3 * heads * spec.headSize)),
  )
  const activation = { name: 'activations', bytes: floats(rows, widest) }
  return activation.bytes > weight.bytes ? activation : weight
}

/** Changes from mild to severe that each alone make the task fit; where none does, all of them together. */
function findLevers(task: FitTask, spec: ModelSpec, limits: FitLimits, settings: FitSettings): FitLever[] {
  const tries = LEVERS[task].map((lever) => lever(settings, spec))
  const needOf = (changes: Partial<FitSettings>) => NEEDS[task](spec, { ...settings, ...changes })
  const fitting = (changes: Partial<FitSettings>) => isWithin(needOf(changes), limits)
  const found = tries.flatMap((values) => values.find(fitting) ?? [])
  if (found.length > 0) return found.map((changes) => leverOf(changes, needOf(changes)))
  const steps = Math.max(0, ...tries.map((values) => values.length))
  const together = Array.from({ length: steps }, (_, step) =>
    Object.assign({}, ...tries.map((values) => values[Math.min(step, values.length - 1)] ?? {})),
  ) as Partial<FitSettings>[]
  const enough = together.find(fitting)
  return enough ? [leverOf(enough, needOf(enough))] : []
}

type Lever = (settings: FitSettings, spec: ModelSpec) => Partial<FitSettings>[]

const withoutHidden: Lever = ({ hiddenWeight }) => (hiddenWeight > 0 ? [{ hiddenWeight: 0 }] : [])
const smallerBatch: Lever = ({ batchSize }) => halves(batchSize, 1).map((value) => ({ batchSize: value }))
const shorterTexts: Lever = ({ maxLength }) =>
  halves(maxLength, LEAST_LENGTH).map((value) => ({ maxLength: value }))
const fewerLayers: Lever = ({ studentLayers }) =>
  Array.from({ length: Math.max(0, studentLayers.length - 1) }, (_, i) => ({
    studentLayers: spread(studentLayers, studentLayers.length - 1 - i),
  }))

const LEVERS: Readonly<Record<FitTask, readonly Lever[]>> = {
  run: [shorterTexts],
  distill: [withoutHidden, smallerBatch, shorterTexts, fewerLayers],
  export: [fewerLayers],
}

/** value / 2, / 4, … down to `least`. */
function halves(value: number, least: number): number[] {
  const half = Math.floor(value / 2)
  return half < least ? [] : [half, ...halves(half, least)]
}

/** `count` of the layers, evenly spread, from the first. */
function spread(layers: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => layers[Math.floor((i * layers.length) / count)]!)
}

function leverOf(
  { batchSize, maxLength, hiddenWeight, studentLayers }: Partial<FitSettings>,
  need: Need,
): FitLever {
  return {
    needed: need.bytes,
    changes: {
      ...(hiddenWeight === undefined ? {} : { hidden_weight: hiddenWeight }),
      ...(batchSize === undefined ? {} : { batch_size: batchSize }),
      ...(maxLength === undefined ? {} : { max_length: maxLength }),
      ...(studentLayers === undefined ? {} : { student_layers: studentLayers }),
    },
  }
}
