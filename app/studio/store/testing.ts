// Small true-to-shape events for the tests of the store.
import {
  type Catalog,
  type Event,
  type ModelRow,
  type ModelSpec,
  type ModelSummary,
  modelBytes,
  multiplyAdds,
  parameterCount,
} from '../../engine/protocol.ts'
import { applyEvent } from './apply-event.ts'
import { initialState, type StudioState } from './state.ts'

export const spec: ModelSpec = {
  architecture: 'bert',
  hidden: 32,
  headSize: 8,
  vocabulary: 100,
  positions: 64,
  tokenTypes: 2,
  layers: [0, 1, 2, 3].map((source) => ({ heads: 4, ffn: 64, source })),
  labels: ['a', 'b', 'c'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}

const float = { scheme: 'F32', groupSize: 64, embeddings: 'F32', isExempt: () => false } as const

export const model: ModelSummary = {
  name: 'sample',
  spec,
  parameters: parameterCount(spec),
  encoder_parameters: 0,
  bytes: modelBytes(spec, float),
  groups: [],
}

const ratio = {
  kind: 'number',
  key: 'pruning_ratio',
  label: 'Pruning ratio',
  help: '',
  default: 0.3,
  min: 0,
  max: 0.9,
  step: 0.01,
} as const

export const catalog: Catalog = {
  architectures: [],
  criteria: [],
  schemes: [
    { id: 'W4A16', label: 'INT4', help: '' },
    { id: 'W8A8_DYNAMIC', label: 'INT8', help: '' },
  ],
  exports: [
    {
      id: 'onnx',
      label: 'ONNX',
      help: '',
      precisions: [
        { id: 'fp32', label: 'FP32', help: '', runsOn: '' },
        { id: 'q8', label: 'INT8', help: '', runsOn: '' },
      ],
    },
  ],
  stages: {
    distill: [{ kind: 'layers', key: 'student_layers', label: 'Layers', help: '', default: [] }],
    prune: [ratio],
    quantize: [
      {
        kind: 'choice',
        key: 'scheme',
        label: 'Scheme',
        help: '',
        default: 'W8A8_DYNAMIC',
        choices: [
          { value: 'W8A8_DYNAMIC', label: 'INT8' },
          { value: 'W4A16', label: 'INT4' },
        ],
      },
      {
        kind: 'choice',
        key: 'group_size',
        label: 'Group',
        help: '',
        default: 64,
        choices: [{ value: 64, label: '64' }],
      },
    ],
  },
  data: [{ ...ratio, key: 'validation', default: 0.1 }],
}

export const data: Extract<Event, { type: 'data' }> = {
  type: 'data',
  data: {
    name: 'train.csv',
    train: 90,
    validation: 10,
    test: 50,
    labels: 3,
    columns: ['text', 'label'],
    text: 'text',
    label: 'label',
    unknownLabels: [],
    emptyTexts: 0,
    preview: [],
    tables: [
      { role: 'train', name: 'train.csv', rows: 100 },
      { role: 'test', name: 'test.csv', rows: 50 },
    ],
    classes: ['a', 'b', 'c'].map((label) => ({ label, train: 30, test: 15 })),
    duplicates: { repeated: 0, conflicting: 0, leaked: 0, leakedConflicting: 0, examples: [] },
    tokens: {
      mean: 9,
      p95: 14,
      longest: 20,
      cut: 0,
      limit: 128,
      histogram: { width: 1, counts: new Array(20).fill(5) },
    },
  },
}

export function row(stage: ModelRow['stage'], rest: Partial<ModelRow> = {}): ModelRow {
  return {
    stage,
    parameters: parameterCount(spec),
    encoder_parameters: 0,
    bytes: modelBytes(spec, float),
    group_bytes: { embeddings: 1, attention: 2, 'feed-forward': 3, head: 4 },
    gpu_bytes: 3 * modelBytes(spec, float),
    multiply_adds: 2 * multiplyAdds(spec, 16),
    layers: spec.layers,
    split: 'test',
    n: 50,
    accuracy: 0.9,
    interval: [0.8, 0.96],
    agreement: 0.95,
    kl: 0.01,
    latency_ms: { batch: 1, tokens: 16, p50: 2, p95: 3, samples: [2] },
    seconds: 1,
    ...rest,
  }
}

export function fold(events: readonly Event[], state: StudioState = initialState): StudioState {
  return events.reduce(applyEvent, state)
}

/** A page with a model, data and a measured teacher. */
export const opened: readonly Event[] = [
  { type: 'catalog', catalog },
  { type: 'model', model },
  data,
  { type: 'row', key: 'teacher', row: row('teacher') },
  { type: 'state', state: 'idle' },
]
