// Quantization: packs linear layers by a scheme and the word table by rows; everything else is shared with the float model.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { StudioError } from '../base/errors.ts'
import type { OptionDefinition } from '../base/options.ts'
import { denseOf, holdModel, type Model, type Weight, weightOf } from '../model/model.ts'
import { linearLayerOf, type ModelSpec, type Role, roleShapes, type StorageFormat } from '../model/spec.ts'
import { packInt8Rows } from '../schemes/int8-rows.ts'
import type { Scheme } from '../schemes/scheme.ts'

export function quantizeOptions(schemes: readonly Scheme[]): OptionDefinition[] {
  return [
    {
      key: 'scheme',
      kind: 'choice',
      label: 'Bit width',
      help: 'How linear layers are stored and computed.',
      default: 'W8A8_DYNAMIC',
      choices: schemes.map(({ id, label }) => ({ value: id, label })),
      main: true,
    },
    {
      key: 'group_size',
      kind: 'choice',
      label: 'Group size',
      help: 'INT4 weights that share one scale. Smaller groups are more exact and a little larger.',
      default: 64,
      choices: [32, 64, 128].map((value) => ({ value, label: String(value) })),
      main: true,
    },
    {
      key: 'embeddings',
      kind: 'choice',
      label: 'Word embeddings',
      help: 'INT8 per row, or left in F32.',
      default: 'INT8',
      choices: [
        { value: 'INT8', label: 'INT8' },
        { value: 'F32', label: 'F32' },
      ],
    },
    {
      key: 'ignore',
      kind: 'names',
      label: 'Layers left in F32',
      help: 'Names such as classifier or layers.2.ffn_down; a part of a name is enough.',
      default: [],
    },
  ]
}

export interface QuantizeSettings {
  readonly scheme: Scheme
  readonly groupSize: number
  readonly embeddings: StorageFormat['embeddings']
  /** Linear layers whose name contains one of these stay F32. */
  readonly ignore: readonly string[]
}

/** @throws StudioError `option-invalid` when an ignored name fits no linear layer. */
export function storageFormat(spec: ModelSpec, settings: QuantizeSettings): StorageFormat {
  const layers = [...roleShapes(spec).keys()].map(linearLayerOf).filter((layer) => layer !== undefined)
  for (const part of settings.ignore)
    if (!layers.some((layer) => layer.includes(part)))
      throw new StudioError(
        'option-invalid',
        `quantize: "ignore" has "${part}", which fits no layer; layers are ${layers.slice(0, 6).join(', ')}, …`,
      )
  return {
    scheme: settings.scheme.id,
    groupSize: settings.scheme.isGrouped ? settings.groupSize : 0,
    embeddings: settings.embeddings,
    isExempt: (layer) => settings.ignore.some((part) => layer.includes(part)),
  }
}

/** The quantized model. It shares norms, biases and exempt layers with `model`, which stays as it is. */
export async function quantize(gpu: Gpu, model: Model, settings: QuantizeSettings): Promise<Model> {
  const format = storageFormat(model.spec, settings)
  const weights = new Map<Role, Weight>()
  for (const role of roleShapes(model.spec).keys())
    weights.set(role, await gpu.scope(() => quantizeWeight(gpu, model, role, { format, settings })))
  return holdModel({ spec: model.spec, format, weights })
}

function quantizeWeight(
  gpu: Gpu,
  model: Model,
  role: Role,
  { format, settings }: { format: StorageFormat; settings: QuantizeSettings },
): Weight {
  if (role === 'embeddings.word' && format.embeddings === 'INT8')
    return packInt8Rows(gpu, denseOf(model, role))
  const layer = linearLayerOf(role)
  if (!layer || format.isExempt(layer)) return weightOf(model, role)
  return settings.scheme.pack(gpu, denseOf(model, role), settings.groupSize)
}
