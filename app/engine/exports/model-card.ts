// The model card: README.md of an exported folder, with the measured table and what the numbers do and do not say.
import { isHuggingFaceShape } from '../archs/layers.ts'
import type { ModelSpec } from '../model/spec.ts'
import type { ModelRow, Recipe, Snippet, StageRecipe } from '../protocol.ts'
import { exportSnippets } from './snippets.ts'

export interface CardFile {
  readonly file: string
  readonly bytes: number
  readonly format: string
  readonly precision: string
}

export interface ModelCard {
  /** Title; the model's name as the user knows it. */
  readonly name: string
  readonly spec: ModelSpec
  readonly recipe: Recipe
  /** The recipe as recipe.json has it. */
  readonly recipeText: string
  readonly rows: readonly ModelRow[]
  readonly files: readonly CardFile[]
  /** Name of the folder, as the lines to copy have it. */
  readonly folder: string
  /** As the original's own card names it. */
  readonly license?: string
}

/** Markdown with YAML front matter as the Hugging Face Hub reads it. */
export function modelCard(card: ModelCard): string {
  const sections = [
    frontMatter(card),
    `# ${card.name}`,
    `A text classifier with ${card.spec.labels.length} labels, compressed with Decant. Architecture: ${card.spec.architecture}, ${shapeOf(card.spec)}.`,
    labelsOf(card.spec),
    '## What was done',
    whatWasDone(card),
    '## Measured',
    comparisonTable(card.rows),
    measuredNotes(card.rows),
    '## Files',
    fileTable(card.files),
    notesOn(card),
    '## How to use',
    ...usage(card),
    '## Limits',
    limits(card),
    '## Recipe',
    `The whole run, also in \`recipe.json\`:`,
    fenced('json', card.recipeText.trimEnd()),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function frontMatter({ files, rows, recipe, name, license }: ModelCard): string {
  const stages = [...new Set(rows.map(({ stage }) => stage))]
  const byStage = { teacher: [], distill: ['distillation'], prune: ['pruning'], quantize: ['quantization'] }
  const tags = ['text-classification', 'decant', ...stages.flatMap((stage) => byStage[stage])]
  const hasOnnx = files.some(({ format }) => format === 'onnx')
  const base = baseModelOf(name, recipe)
  const missing = [...(base ? [] : ['base_model']), ...(license ? [] : ['license'])]
  const unknown =
    missing.length > 0 ? [`# Not known to Decant, to be added from the teacher: ${missing.join(', ')}`] : []
  return [
    '---',
    `library_name: ${hasOnnx ? 'transformers.js' : 'transformers'}`,
    'pipeline_tag: text-classification',
    ...(license ? [`license: ${license}`] : []),
    ...(base ? [`base_model: ${base}`] : []),
    ...unknown,
    'tags:',
    ...[...tags, ...(hasOnnx ? ['onnx'] : [])].map((tag) => `- ${tag}`),
    '---',
  ].join('\n')
}

/** Id on the Hub: only models from there have an owner in their name. */
function baseModelOf(name: string, { model }: Recipe): string | undefined {
  const id = model.startsWith('hub:') ? model.slice('hub:'.length).split('@')[0]! : name
  return /^[\w.-]+\/[\w.-]+$/.test(id) ? id : undefined
}

/** Labels beyond these are only counted. */
const LISTED_LABELS = 30

function labelsOf({ labels }: ModelSpec): string {
  const listed = labels.slice(0, LISTED_LABELS).map((label) => `\`${label}\``)
  const more = labels.length - listed.length
  return `Labels: ${listed.join(', ')}${more > 0 ? ` and ${more} more (in \`config.json\`)` : ''}.`
}

function whatWasDone({ recipe, name }: ModelCard): string {
  const lines = recipe.stages.map((stage) => `1. ${sentenceOf(stage)}`)
  return [
    `The teacher is ${name}.`,
    lines.join('\n') ||
      'Nothing but the export: these are the teacher’s weights, rounded where the precision of a file says so.',
  ].join('\n\n')
}

function sentenceOf(stage: StageRecipe): string {
  const { student_layers: layers, pruning_ratio: ratio, importance, scheme, group_size: group } = stage
  switch (stage.kind) {
    case 'distill': {
      const chosen = Array.isArray(layers) && layers.length > 0
      const kept = chosen ? `layers ${layers.join(', ')} of the teacher` : 'every other layer of the teacher'
      return `Distilled: a student that starts from ${kept} learned to answer as it does.`
    }
    case 'prune':
      return `Pruned: ${percent(Number(ratio))} % of the encoder’s parameters removed, least ${importance} importance first.`
    case 'quantize':
      return scheme === 'W4A16'
        ? `Quantized to INT4: weights in groups of ${group ?? 64}, arithmetic in floats.`
        : 'Quantized to INT8: weights by output channel, activations as the model runs.'
  }
}

function shapeOf({ layers, hidden, headSize }: ModelSpec): string {
  const list = (values: readonly number[]) =>
    new Set(values).size === 1 ? String(values[0]) : `${values.join(', ')} (by layer)`
  const heads = list(layers.map((layer) => layer.heads))
  const ffn = list(layers.map((layer) => layer.ffn))
  return `hidden width ${hidden}, layers: ${layers.length}, heads of ${headSize}: ${heads}, feed-forward width: ${ffn}`
}

const STAGE_NAMES = { teacher: 'Teacher', distill: 'Distilled', prune: 'Pruned' }
const SCHEME_NAMES: Readonly<Record<string, string>> = { W8A8_DYNAMIC: 'INT8', W4A16: 'INT4' }

/** First cell of a row: Teacher, Distilled, Pruned, INT8, or INT4 with its group size. */
export function rowName(row: ModelRow): string {
  if (row.stage !== 'quantize') return STAGE_NAMES[row.stage]
  const scheme = row.scheme ?? 'Quantized'
  const name = SCHEME_NAMES[scheme] ?? scheme
  return name === 'INT4' && row.group_size ? `${name}, groups of ${row.group_size}` : name
}

/** Markdown table of the rows: fractions as percent, sizes in MB of 10⁶ bytes. */
export function comparisonTable(rows: readonly ModelRow[]): string {
  const head = [
    'Model',
    'Parameters',
    'Size (MB)',
    'Latency p50 / p95 (ms)',
    'Accuracy (95 % interval)',
    'Macro F1',
    'Agreement with teacher',
    'n',
  ]
  return table(head, rows.map(tableRow))
}

function tableRow(row: ModelRow): string[] {
  const [low, high] = row.interval
  const interval = `(${percent(low)}–${percent(high)})`
  const { batch, tokens, p50, p95 } = row.latency_ms
  return [
    rowName(row),
    row.parameters.toLocaleString('en-US'),
    megabytes(row.bytes),
    `${p50.toFixed(1)} / ${p95.toFixed(1)} (batch ${batch}, ${tokens} tokens)`,
    row.accuracy === undefined ? 'no labels' : `${percent(row.accuracy)} % ${interval}`,
    row.macro_f1 === undefined ? 'no labels' : row.macro_f1.toFixed(3),
    row.accuracy === undefined ? `${percent(row.agreement)} % ${interval}` : `${percent(row.agreement)} %`,
    row.n.toLocaleString('en-US'),
  ]
}

function measuredNotes(rows: readonly ModelRow[]): string {
  if (rows.length === 0) return 'Nothing was measured.'
  const splits = [...new Set(rows.map(({ split }) => split))].join(' and ')
  const pruned = rows.some(({ stage }) => stage === 'prune')
  return [
    `- Scored on the ${splits} rows of the user’s own data; n is their number. Intervals are Wilson’s, at 95 %.`,
    '- Size counts weights with their scales, not the tokenizer.',
    '- Latency was measured in Decant’s own engine on the GPU of the machine that made this folder; other runtimes and machines differ.',
    ...(pruned ? ['- Pruned heads and neurons are removed, not zeroed: the tensors are smaller.'] : []),
  ].join('\n')
}

function limits({ rows, recipe, files }: ModelCard): string {
  const [row] = rows
  const has = (precision: string) => files.some((written) => written.precision === precision)
  const lines = [
    row
      ? `Measured on ${row.n.toLocaleString('en-US')} ${row.split} rows of its maker’s own data. Texts of another kind, language or length may do worse; measure on yours.`
      : 'Not measured on any data.',
    `Texts are cut at ${recipe.data.max_length} tokens.`,
    'Agreement with the teacher includes its mistakes, and what the teacher was trained on may bias both.',
    ...(has('q4')
      ? ['INT4 saves storage, not time: weights are widened to floats while they are multiplied.']
      : []),
    ...(has('q8') ? ['INT8 saves time on CPUs only.'] : []),
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}

const CONTENTS: Readonly<Record<string, string>> = {
  'onnx/fp32': 'F32 weights and arithmetic',
  'onnx/q8':
    'INT8 linear weights (one scale an output channel) and word embeddings (one scale a row), integer products on CPUs',
  'onnx/q4': 'INT4 linear weights (one scale a group), INT8 word embeddings, float products',
  'safetensors/fp32': 'F32 weights',
}

function fileTable(files: readonly CardFile[]): string {
  const rows = files.map(({ file, bytes, format, precision }) => [
    `\`${file}\``,
    megabytes(bytes),
    CONTENTS[`${format}/${precision}`] ?? `${format}, ${precision}`,
  ])
  return table(['File', 'MB', 'Holds'], rows, [1])
}

function notesOn({ files, spec }: ModelCard): string {
  const has = (file: string) => files.some((written) => written.file.endsWith(file))
  const notes = [
    has('model_quantized.onnx') &&
      'INT8 rounds activations too: here ONNX Runtime does it once per tensor of a batch, in Decant it is done per token, so logits differ a little. These operators run on CPUs; on WebGPU use another file.',
    has('model_q4.onnx') &&
      'INT4 is how weights are stored. They are widened while they are multiplied: download and memory shrink, the arithmetic stays float.',
    (has('model_quantized.onnx') || has('model_q4.onnx')) &&
      'Position embeddings, biases and layer norms stay F32 in every file.',
    !isHuggingFaceShape(spec) &&
      'Pruning left layers of different sizes, which transformers cannot build: `decant.safetensors` opens in Decant only, the ONNX files everywhere.',
  ]
  return notes.flatMap((note) => (note ? [`- ${note}`] : [])).join('\n')
}

const LEADS: Readonly<Record<Snippet['id'], readonly [lead: string, language: string]>> = {
  python: ['ONNX Runtime in Python:', 'python'],
  javascript: ['Transformers.js:', 'js'],
  command: ['Decant’s command line, from its own checkout, for a table with a text column:', 'sh'],
}

function usage({ files, spec, recipe, folder }: ModelCard): string[] {
  const inputs = { files, folder, labels: spec.labels.length, maxLength: recipe.data.max_length }
  const parts = exportSnippets(inputs).flatMap(({ id, code }) => {
    const [lead, language] = LEADS[id]
    return [lead, fenced(language, code)]
  })
  if (isHuggingFaceShape(spec) && files.some(({ file }) => file === 'model.safetensors'))
    parts.push('Transformers with PyTorch:', fenced('python', TRANSFORMERS.replace('FOLDER', folder)))
  return [`With this folder in the working directory as \`${folder}\`.`, ...parts]
}

const TRANSFORMERS = `from transformers import pipeline

print(pipeline("text-classification", model="FOLDER")("The text to be classified"))`

/** @param numbers columns set flush right; all but the first if absent */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers = head.map((_, column) => column).slice(1),
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = head.map((_, column) => (numbers.includes(column) ? '---:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``
const percent = (fraction: number) => (fraction * 100).toFixed(1)
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)
