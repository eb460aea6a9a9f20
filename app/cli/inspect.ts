// `decant inspect`: what a checkpoint holds, from its headers.
import { openCheckpoint } from '../engine/archs/load-plan.ts'
import { checkModelFiles, requireAll } from '../engine/formats/model-files.ts'
import { architectures } from '../engine/registry.ts'
import { summarize } from '../engine/summary.ts'
import type { Arguments } from './arguments.ts'
import { openModelFolder } from './open-model.ts'
import type { ProgressBar } from './progress-bar.ts'

export async function inspect({ target, json }: Arguments, progress: ProgressBar): Promise<string> {
  const folder = await openModelFolder(target, progress)
  const items = await checkModelFiles(folder)
  // Nothing is tokenized here.
  if (items.some(({ need, state }) => need !== 'tokenizer' && state !== 'found'))
    requireAll(folder.name, items)
  const checkpoint = await openCheckpoint(folder, (id) => architectures.get(id))
  const summary = summarize(folder.name, checkpoint)
  const { spec, parameters, encoder_parameters, bytes, groups } = summary
  if (json) {
    const { architecture, hidden, layers, labels, positions, vocabulary } = spec
    const fields = {
      name: summary.name,
      architecture,
      hidden,
      head_size: spec.headSize,
      vocabulary,
      positions,
      layers: layers.map(({ heads, ffn }) => ({ heads, ffn })),
      labels,
      parameters,
      encoder_parameters,
      bytes,
      groups,
      unused_tensors: checkpoint.unused,
    }
    return `${JSON.stringify(fields, null, 2)}\n`
  }
  const lines = [
    `${summary.name}: ${checkpoint.architecture.label}, ${spec.layers.length} layers of width ${spec.hidden}, ${spec.labels.length} labels`,
    `${parameters.toLocaleString('en')} parameters, ${encoder_parameters.toLocaleString('en')} of them in the encoder; ${(bytes / 1e6).toFixed(2)} MB in F32`,
    ...spec.layers.map(
      ({ heads, ffn }, i) => `  layer ${i}: ${heads} heads of ${spec.headSize}, ${ffn} neurons`,
    ),
    ...groups.map(
      ({ group, dtype, parameters: count, bytes: size }) =>
        `  ${group}: ${count.toLocaleString('en')} parameters, ${(size / 1e6).toFixed(2)} MB as ${dtype}`,
    ),
    ...(checkpoint.unused.length > 0 ? [`  not used: ${checkpoint.unused.join(', ')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}
