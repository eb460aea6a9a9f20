// Every word of the studio that does not come from the engine's catalog. A translation is another file like this.
import type { Phase } from '../engine/protocol.ts'
import type { Step, StepState } from './store/steps.ts'

const SLOT_NAMES: Readonly<Record<string, string>> = {
  teacher: 'Teacher',
  distill: 'Distilled',
  prune: 'Pruned',
  quantize: 'Quantized',
}
const ACTIVITY_NAMES: Readonly<Record<string, string>> = {
  open: 'Open',
  teacher: 'Teacher',
  distill: 'Distill',
  prune: 'Prune',
  quantize: 'Quantize',
  export: 'Export',
}

const phases: Readonly<Record<Phase, string>> = {
  load: 'Loading',
  'self-test': 'Checking the kernels',
  teacher: 'Asking the teacher',
  train: 'Training',
  validate: 'Validating',
  importance: 'Scoring importance',
  rebuild: 'Rebuilding',
  quantize: 'Quantizing',
  measure: 'Measuring',
  export: 'Writing files',
  verify: 'Verifying files',
}

const steps: Readonly<Record<Step, string>> = {
  load: 'Load',
  data: 'Data',
  distill: 'Distill',
  prune: 'Prune',
  quantize: 'Quantize',
  compare: 'Compare',
  export: 'Export',
}

const stepStates: Readonly<Record<StepState, string>> = {
  idle: 'not run',
  running: 'running',
  stale: 'stale',
  done: 'done',
  failed: 'failed',
}

export const words = {
  name: 'Decant',
  purpose: 'Distill, prune and quantize a text classifier on your own GPU. Nothing leaves this browser.',
  steps,
  stepStates,
  phases,
  stepsLabel: 'Steps',
  skip: 'Skip to the comparison',
  stage: (stage: string) => SLOT_NAMES[stage] ?? stage,
  activity: (stage: string) => ACTIVITY_NAMES[stage] ?? stage,

  gpu: {
    label: 'GPU',
    looking: 'Looking for a GPU…',
    software: 'software adapter',
    unnamed: 'Unnamed adapter',
    passed: (passed: string) => `self-test passed, ${passed} kernels`,
    failed: (failed: string) => `self-test failed: ${failed}`,
    now: 'now',
    peak: 'peak',
    budget: 'budget',
    memory: 'GPU memory',
    faultTitles: {
      'no-webgpu': 'This browser has no WebGPU',
      'no-adapter': 'The browser found no graphics adapter',
      'device-lost': 'The graphics device was lost',
      'gpu-memory': 'Graphics memory is full',
    } as Readonly<Record<string, string>>,
    /** Where the engine's remedy speaks of the command line as well. */
    faultRemedies: {
      'no-adapter':
        'Turn on hardware acceleration in the browser’s settings, or update the graphics driver; then reload this page.',
      'device-lost':
        'Reload the page to start again. Until then the numbers measured so far stay in the table.',
    } as Readonly<Record<string, string>>,
    reload: 'Reload the page',
    stillReadable: 'The page stays open for reading; sizes are still worked out as you move the sliders.',
  },

  run: {
    ready: 'Ready. Training starts only with Distill, Prune or Run all.',
    waiting: 'Waiting for a model',
    noGpu: 'Nothing can run without a graphics device.',
    paused: 'Paused',
    all: 'Run all',
    pause: 'Pause',
    resume: 'Resume',
    cancel: 'Cancel',
    label: 'Progress',
    left: (time: string) => `${time} left`,
    queued: 'next change waits',
    of: (done: string, total: string, unit: string) => `${done} of ${total} ${unit}`,
  },

  load: {
    title: 'Load',
    lead: 'A fine-tuned BERT or DistilBERT classifier: the folder that save_pretrained writes. Pick it, or drop it anywhere on this page.',
    sample: 'Open sample',
    sampleHint: 'Customer-support messages, ready to run',
    folder: 'Model folder',
    folderHint: 'Or drop the folder anywhere on this page',
    empty: 'No model is open. Pick a folder, or drop it anywhere on this page.',
    layers: (count: number) => (count === 1 ? '1 layer' : `${count} layers`),
    labels: (count: number) => (count === 1 ? '1 label' : `${count} labels`),
    details: 'Model details',
    loading: 'Reading the model…',
    facts: {
      architecture: 'Architecture',
      layers: 'Layers',
      shape: 'Heads × FFN',
      hidden: 'Hidden size',
      vocabulary: 'Vocabulary',
      labels: 'Labels',
      parameters: 'Parameters',
      size: 'Size in F32',
    },
    stored: 'As stored in the file',
    group: 'Group',
    type: 'Type',
    parameters: 'Parameters',
    size: 'Size',
  },

  data: {
    title: 'Data',
    lead: 'A CSV with a text column. Labels are optional: without them, agreement stands for accuracy.',
    file: 'Data file',
    fileHint: 'CSV; “test” in its name makes it the test set',
    empty: 'No data is open. Pick a CSV file, or drop it anywhere on this page.',
    split: (train: string, validation: string, test: string) =>
      `${train} training, ${validation} validation, ${test} test rows`,
    details: 'Columns, length, seed and first rows',
    text: 'Text column',
    label: 'Label column',
    noLabel: 'No labels',
    columnsUsed: (text: string, label: string) => `columns “${text}” and “${label}”`,
    seed: 'Seed',
    seedHelp: 'Fixes the split, the shuffling and the initial values: the same seed gives the same bits.',
    tokens: (mean: string, p95: string, longest: string) =>
      `${mean} tokens a text on average, 95% have at most ${p95}, the longest ${longest}.`,
    cut: (texts: string) => `${texts} texts cut at the maximum length`,
    emptyTexts: (rows: string) => `${rows} empty texts`,
    unknown: (rows: string) => `Labels the model does not know, ${rows} rows, not scored`,
    preview: 'First rows',
    textHead: 'Text',
    labelHead: 'Label',
  },

  distill: {
    title: 'Distill',
    lead: 'Trains a student with fewer layers to answer as the teacher does.',
    button: 'Distill',
  },
  prune: {
    title: 'Prune',
    lead: 'Removes the heads and neurons that matter least. Sizes follow the slider; letting go measures.',
    button: 'Prune',
    buttonHint: 'Removes, then trains to recover',
    ratio: 'Prune ratio',
  },
  quantize: {
    title: 'Quantize',
    lead: 'Stores weights in fewer bits. Each width is a row of its own, from the same unquantized model.',
    button: 'Quantize',
    width: 'Bit width',
    float: 'FP32',
    floatHelp: 'Weights stay 32-bit floats; Quantize builds and measures every width.',
    hintFloat: 'Builds and measures every width',
    hintOne: (width: string) => `Builds and measures ${width}`,
  },
  compare: {
    title: 'Compare',
    lead: 'The teacher and its students on one text of yours.',
    text: 'Text to classify',
    placeholder: 'Where is my card? It should have come last week.',
    button: 'Classify',
    model: 'Model',
    prediction: 'Prediction',
    probability: 'Probability',
    empty: 'Predictions of every model in the table appear here.',
  },
  exporting: {
    title: 'Export',
    lead: 'A folder that opens in transformers, ONNX Runtime and Transformers.js, as one zip.',
    button: 'Export',
    choose: 'Files to write',
    none: 'Tick at least one file.',
    again: 'Save it again',
    outdated: 'A row has changed since this was written.',
    file: 'File',
    size: 'Size',
    loading: 'The choices appear once the engine has started.',
  },

  table: {
    name: 'Comparison',
    model: 'Model',
    parameters: 'Parameters',
    size: 'Size',
    sizeUnit: 'MB',
    multiplyAdds: 'Multiply-adds',
    multiplyAddsUnit: 'per text',
    latency: 'Latency',
    latencyUnit: 'p50 · p95',
    accuracy: 'Accuracy',
    accuracyUnit: '95% interval',
    macroF1: 'Macro F1',
    agreement: 'Agreement',
    agreementUnit: 'with teacher',
    kl: 'KL',
    klUnit: 'nats',
    pValue: 'p-value',
    pValueUnit: 'McNemar',
    stale: 'stale',
    estimated: 'estimated',
    running: 'running',
    notRun: 'not run',
    untrained: 'no recovery yet',
    cancelled: 'cancelled early',
    group: (size: number) => `groups of ${size}`,
    isAgreement: 'agreement',
    none: '–',
    n: (rows: string) => `n ${rows}`,
    p95: (time: string) => `p95 ${time}`,
    scored: (rows: string, split: string) => `Scored on ${rows} ${split} rows.`,
    latencyAt: (batch: number, tokens: number) =>
      `Latency: batch ${batch}, ${tokens} tokens, on this adapter.`,
    footnote:
      'Grey numbers with a mark are stale: worked out from the shape, or measured for other settings. Size is storage: weights with their scales, MB of 10⁶ bytes. INT8 rows multiply 8-bit integers; INT4 rows store 4-bit weights and compute in F32, so they save space rather than time.',
  },

  loss: {
    title: 'Loss',
    empty: 'The curve starts when Distill or Prune trains.',
    loading: 'Loading the chart…',
    loss: 'Loss',
    validation: 'Validation',
    step: 'Step',
    table: 'Loss as a table',
    summary: (stage: string, steps: string, first: string, last: string) =>
      `${stage}, ${steps} steps: loss from ${first} to ${last}.`,
  },

  control: {
    more: 'More settings',
    recovery: (label: string) => `Recovery ${label.charAt(0).toLowerCase()}${label.slice(1)}`,
    back: (value: string) => `Back to ${value}`,
    theDefault: 'default',
    everyOther: 'none chosen means every other layer',
    layer: (layer: number) => `Layer ${layer}`,
    explain: (panel: string) => `Explain ${panel}`,
    names: 'Separate names with commas',
    noLayers: 'Layers appear once a model is open.',
  },

  errors: {
    dismiss: 'Dismiss',
    details: 'Details',
    copy: 'Copy details',
    copied: 'Copied',
    worker: {
      title: 'The engine could not start: its script did not load.',
      remedy: 'Reload the page; if it happens again, the server is not serving all of its files.',
    },
    drop: {
      title: 'What was dropped could not be read.',
      remedy: 'Drop it again, or use the Model folder and Data file buttons.',
    },
  },

  drop: { title: 'Drop to open', hint: 'A model folder, or CSV files' },

  news: {
    running: (stage: string) => `${stage}: running.`,
    paused: 'Paused.',
    idle: (stage: string) => `${stage}: finished.`,
    row: (name: string, accuracy: string) => `${name} measured: ${accuracy}.`,
    model: (name: string) => `${name} is open.`,
    exported: (name: string) => `${name} is saved.`,
  },
} as const
