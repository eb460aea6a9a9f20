// Which files of a folder hold the weights: one safetensors file, shards with an index, or Decant's own file.
import { type Folder, readText, requireFile } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { isRecord, parseJsonObject } from './json.ts'
import { readSafetensorsHeader, type TensorEntry, type TensorTable } from './safetensors.ts'

export const WEIGHTS_FILE = 'model.safetensors'
/** Weights of shapes that transformers cannot load; a name of its own, so that nothing tries. */
export const DECANT_WEIGHTS_FILE = 'decant.safetensors'
export const INDEX_FILE = 'model.safetensors.index.json'
/** Far above what a sharded model has; keeps a damaged index from opening a folder of files. */
const MAX_SHARDS = 1000

/**
 * Headers of a folder's weights: model.safetensors, or the shards of its index, or decant.safetensors.
 * @throws StudioError `file-missing` (with advice when the weights are in another format), `json-invalid` or
 * `safetensors-invalid`.
 */
export async function openTensorTable(folder: Folder): Promise<TensorTable> {
  const whole = folder.files.get(WEIGHTS_FILE)
  if (whole) return readSafetensorsHeader(whole)
  if (folder.files.has(INDEX_FILE)) return openShards(folder)
  const own = folder.files.get(DECANT_WEIGHTS_FILE)
  if (own) return readSafetensorsHeader(own)
  throw new StudioError('file-missing', missingMessage(folder))
}

function missingMessage(folder: Folder): string {
  const other = [...folder.files.keys()].find((name) =>
    /\.(bin|pt|pth|ckpt|h5|msgpack|onnx|gguf)$/i.test(name),
  )
  if (!other) return `${folder.name} has no ${WEIGHTS_FILE}.`
  return (
    `${folder.name} has no ${WEIGHTS_FILE}, only ${other}; ` +
    'save the model as safetensors (model.save_pretrained(folder) does in current transformers).'
  )
}

async function openShards(folder: Folder): Promise<TensorTable> {
  const weightMap = await readIndex(folder)
  const tensors = new Map<string, TensorEntry>()
  for (const file of new Set(weightMap.values())) {
    const shard = await readSafetensorsHeader(requireFile(folder, file))
    for (const [name, entry] of shard.tensors) {
      const listed = weightMap.get(name)
      if (listed !== file)
        throw new StudioError(
          'safetensors-invalid',
          `${file} holds the tensor ${name}, but ${INDEX_FILE} lists it in ${listed ?? 'no file'}.`,
        )
      tensors.set(name, entry)
    }
  }
  for (const [name, file] of weightMap)
    if (!tensors.has(name))
      throw new StudioError('safetensors-invalid', `${INDEX_FILE} lists ${name} in ${file}, which lacks it.`)
  return { name: INDEX_FILE, tensors, metadata: {} }
}

/** Shard file by tensor name. @throws StudioError `file-missing`, `json-invalid` or `safetensors-invalid` */
export async function readIndex(folder: Folder): Promise<Map<string, string>> {
  const source = requireFile(folder, INDEX_FILE)
  const { weight_map: map } = parseJsonObject(await readText(source), source.name)
  const fail = (what: string): never => {
    throw new StudioError('safetensors-invalid', `${INDEX_FILE}: ${what}.`)
  }
  if (!isRecord(map)) return fail('weight_map is not an object')
  const result = new Map<string, string>()
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file))
      return fail(`${name} is listed in ${JSON.stringify(file)}, not in a .safetensors file of this folder`)
    result.set(name, file)
  }
  const shards = new Set(result.values()).size
  if (shards === 0) return fail('weight_map is empty')
  return shards > MAX_SHARDS ? fail(`it lists ${shards} files; at most ${MAX_SHARDS} are opened`) : result
}
