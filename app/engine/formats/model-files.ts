// What a model folder needs: a checklist of what is there, and the files worth fetching of a longer list.
import { type ByteSource, type Folder, readAll } from '../base/bytes.ts'
import { type ChecklistItem, StudioError } from '../base/errors.ts'
import { DECANT_WEIGHTS_FILE, INDEX_FILE, WEIGHTS_FILE } from './checkpoint-files.ts'

const OTHER_WEIGHTS = /(^|\/)(pytorch_model.*\.bin|.*\.(pt|pth|ckpt|h5|msgpack|onnx|gguf))$/i
const OTHER_TOKENIZERS = /(^|\/)(vocab\.txt|vocab\.json|merges\.txt|spiece\.model|sentencepiece.*\.model)$/i
/** Configuration and tokenizer of a model, in any folder those that it has. */
export const SMALL_FILES: readonly string[] = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
  'special_tokens_map.json',
  'added_tokens.json',
]
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/

/** First line of the text that Git LFS leaves where a large file should be. */
const POINTER = 'version https://git-lfs.github.com/spec/'
const MAX_POINTER_BYTES = 1024

/** Whether a file is the note that Git LFS leaves in place of it. */
export async function isLfsPointer(source: ByteSource): Promise<boolean> {
  if (source.size < POINTER.length || source.size > MAX_POINTER_BYTES) return false
  return new TextDecoder().decode(await readAll(source)).startsWith(POINTER)
}

/** The three things a classifier's folder needs, each found or not, in the order in which they are read. */
export async function checkModelFiles(folder: Folder): Promise<ChecklistItem[]> {
  const items = checkNames([...folder.files.keys()])
  return Promise.all(
    items.map(async (item) => {
      const source = folder.files.get(item.file)
      if (item.state !== 'found' || !source || !(await isLfsPointer(source))) return item
      return { ...item, state: 'pointer' as const }
    }),
  )
}

/** The same from names alone, as a Hub lists them. */
export function checkNames(names: readonly string[]): ChecklistItem[] {
  const weights = [WEIGHTS_FILE, INDEX_FILE, DECANT_WEIGHTS_FILE]
  return [
    item('config', ['config.json'], names, /$^/),
    item('weights', weights, names, OTHER_WEIGHTS),
    item('tokenizer', ['tokenizer.json'], names, OTHER_TOKENIZERS),
  ]
}

function item(
  need: ChecklistItem['need'],
  anyOf: readonly string[],
  names: readonly string[],
  other: RegExp,
): ChecklistItem {
  const file = anyOf.find((name) => names.includes(name))
  if (file !== undefined) return { need, file, state: 'found' }
  const instead = names.find((name) => other.test(name))
  const missing = { need, file: anyOf[0]! }
  return instead === undefined
    ? { ...missing, state: 'missing' }
    : { ...missing, state: 'other-format', instead }
}

/**
 * Refuses a folder in which something is missing.
 * @throws StudioError `file-missing` with the whole checklist
 */
export async function requireModelFiles(folder: Folder): Promise<void> {
  requireAll(folder.name, await checkModelFiles(folder))
}

/** @throws StudioError `file-missing` with the whole checklist */
export function requireAll(name: string, items: readonly ChecklistItem[]): void {
  const lacking = items.filter(({ state }) => state !== 'found')
  if (lacking.length === 0) return
  throw new StudioError('file-missing', `${name}: ${lacking.map(saying).join('; ')}.`, items)
}

function saying({ file, state, instead }: ChecklistItem): string {
  if (state === 'pointer')
    return `${file} is a Git LFS pointer, not the file itself (git lfs pull fetches it)`
  if (state === 'other-format') return `there is no ${file}, only ${instead}`
  return `there is no ${file}`
}

/**
 * Of all files of a repository, those that opening the model reads: configuration, tokenizer, and the weights once.
 * @throws StudioError `file-missing` with the checklist when they do not make a model
 */
export function chooseNeededFiles<T extends { readonly path: string }>(
  name: string,
  files: readonly T[],
): T[] {
  const paths = files.map(({ path }) => path)
  requireAll(name, checkNames(paths))
  const whole = [WEIGHTS_FILE, DECANT_WEIGHTS_FILE].find((path) => paths.includes(path))
  const isWeights = (path: string) =>
    paths.includes(WEIGHTS_FILE) || !paths.includes(INDEX_FILE)
      ? path === whole
      : path === INDEX_FILE || SHARD.test(path)
  return files.filter(({ path }) => SMALL_FILES.includes(path) || isWeights(path))
}
