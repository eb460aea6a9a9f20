// safetensors: the weights in F32 under the names that transformers uses.
import { isHuggingFaceShape } from '../archs/layers.ts'
import type { ByteSink } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { type TensorToWrite, writeSafetensors } from '../formats/tensor-data.ts'
import type { PortableModel } from '../model/portable.ts'
import { type ModelSpec, type Role, roleShapes } from '../model/spec.ts'
import type { ExportFormat, ExportSource } from './export.ts'

const FP32 = {
  id: 'fp32',
  label: 'FP32',
  help: 'Full precision. Where pruning left layers of different sizes, only Decant can open the file.',
  runsOn: 'Transformers with PyTorch, and Decant itself',
}

/** transformers opens what is called model.safetensors, so that a shape it cannot build gets another name. */
function fileOf(spec: ModelSpec, precision: string): string {
  if (precision !== FP32.id)
    throw new StudioError('recipe-invalid', `export precision ${precision} is not one of safetensors’: fp32.`)
  return isHuggingFaceShape(spec) ? 'model.safetensors' : 'decant.safetensors'
}

const safetensors: ExportFormat = {
  id: 'safetensors',
  label: 'safetensors',
  help: 'For PyTorch and transformers, and for opening the model here again.',
  precisions: [FP32],
  fileOf,
  async write(source, precision, folder) {
    const file = fileOf(source.model.spec, precision)
    const sink = countingSink(await folder.create(file))
    await writeSafetensors(sink, tensorsOf(source), { format: 'pt' })
    return { file, bytes: sink.bytes() }
  },
}

export default safetensors

function tensorsOf({ model, architecture }: ExportSource): TensorToWrite[] {
  const shapes = roleShapes(model.spec)
  return [...architecture.tensorNames(model.spec)].flatMap(([role, names]) => {
    const [rows = 0, ...inner] = shapes.get(role)!
    const shape = [rows / names.length, ...inner]
    const part = partReader(model, role, names.length)
    return names.map((name, index) => ({ name, shape, read: () => part(index) }))
  })
}

/** Equal runs of rows of a stacked weight (query, key, value); it is read once for all of them, in order. */
function partReader(model: PortableModel, role: Role, count: number) {
  let whole: Float32Array<ArrayBuffer> | undefined
  return async (index: number): Promise<Float32Array<ArrayBuffer>> => {
    whole ??= await model.read(role)
    const values = whole
    if (index === count - 1) whole = undefined
    const size = values.length / count
    return values.subarray(index * size, (index + 1) * size)
  }
}

function countingSink(sink: ByteSink): ByteSink & { bytes(): number } {
  let bytes = 0
  return {
    write: async (part) => {
      await sink.write(part)
      bytes += part.length
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
    bytes: () => bytes,
  }
}
