// Text to token ids, as the tokenizer.json of a checkpoint says; truncated as Hugging Face's fast tokenizers do.
import { Tokenizer as Encoder } from '@huggingface/tokenizers'
import { type Folder, readText, requireFile } from '../base/bytes.ts'
import { assert, StudioError } from '../base/errors.ts'
import { isRecord, parseJsonObject } from '../formats/json.ts'

/** Largest id accepted: well above any vocabulary, and small enough for a dense table. */
const MAX_ID = 2 ** 22
const MODEL_TYPES: readonly string[] = ['WordPiece', 'BPE', 'Unigram']

export interface Tokenizer {
  readonly padId: number
  /** One more than the largest id. */
  readonly vocabularySize: number
  /** Ids with special tokens, at most `maxLength`; the text's own tokens are cut on the right. */
  encode(text: string, maxLength: number): Uint32Array<ArrayBuffer>
  /** Tokens of the whole text, special tokens counted. */
  encodeWhole(text: string): Uint32Array<ArrayBuffer>
  /** Name of a token, as the vocabulary has it; the id where it has none. */
  tokenOf(id: number): string
  /** Most tokens a text may have: the least of the option, `model_max_length` and the model's positions. */
  longest(maxLengthOption: number, positions: number): number
  /** @throws StudioError `tokenizer-invalid` when there are ids that the model has no embedding for. */
  requireWithin(vocabulary: number): void
}

/**
 * Reads tokenizer.json and, if present, tokenizer_config.json.
 * @throws StudioError `file-missing`, `json-invalid` or `tokenizer-invalid`
 */
export async function loadTokenizer(folder: Folder): Promise<Tokenizer> {
  const source = requireFile(folder, 'tokenizer.json')
  const definition = parseJsonObject(await readText(source), source.name)
  const configSource = folder.files.get('tokenizer_config.json')
  const config = configSource ? parseJsonObject(await readText(configSource), configSource.name) : {}
  return createTokenizer(definition, config, source.name)
}

export function createTokenizer(
  definition: Record<string, unknown>,
  config: Record<string, unknown>,
  name: string,
): Tokenizer {
  const ids = collectIds(definition, name)
  const encoder = createEncoder(definition, config, name)
  const [prefix, suffix] = specialTokens(encoder, name)
  const vocabularySize = largest(ids.values()) + 1
  let names: ReadonlyMap<number, string> | undefined
  const fold = lowersCase(definition.normalizer) ? foldSigma : (text: string) => text
  const contentIds = (text: string) => encoder.encode(fold(text), { add_special_tokens: false }).ids
  const wrap = (content: readonly number[]) => Uint32Array.from([...prefix, ...content, ...suffix])
  const specials = prefix.length + suffix.length
  return {
    padId: findPadId(definition, config, ids),
    vocabularySize,
    encode(text, maxLength) {
      assert(
        maxLength > specials,
        `a maximum length of ${maxLength} leaves room for more than special tokens`,
      )
      return wrap(contentIds(text).slice(0, maxLength - specials))
    },
    encodeWhole: (text) => wrap(contentIds(text)),
    tokenOf(id) {
      names ??= new Map(Array.from(ids, ([token, own]) => [own, token]))
      return names.get(id) ?? String(id)
    },
    longest: (option, positions) => longestLength({ option, positions, config, specials }),
    requireWithin(vocabulary) {
      if (vocabularySize > vocabulary)
        throw new StudioError(
          'tokenizer-invalid',
          `${name} has ids up to ${vocabularySize - 1}, but the model embeds ${vocabulary} tokens.`,
        )
    },
  }
}

function fail(name: string, what: string): never {
  throw new StudioError('tokenizer-invalid', `${name}: ${what}.`)
}

/** True when the normalizer, or one in its sequence, turns text to lower case. */
function lowersCase(normalizer: unknown): boolean {
  if (!isRecord(normalizer)) return false
  const { type, lowercase, normalizers } = normalizer
  if (type === 'Sequence') return Array.isArray(normalizers) && normalizers.some(lowersCase)
  return type === 'Lowercase' || (type === 'BertNormalizer' && lowercase !== false)
}

/**
 * JavaScript lowers a sigma at a word's end to its final form; Hugging Face lowers letter by letter. No other letter
 * depends on its neighbors.
 */
const foldSigma = (text: string) => text.replaceAll('Σ', 'σ')

/** A loop, since a whole vocabulary is too many arguments for Math.max. */
function largest(ids: Iterable<number>): number {
  let most = -1
  for (const id of ids) most = Math.max(most, id)
  return most
}

/** Every token's id: of the model's vocabulary and of the added tokens. */
function collectIds(definition: Record<string, unknown>, name: string): Map<string, number> {
  const { model, added_tokens: added = [] } = definition
  if (!isRecord(model)) return fail(name, 'it has no model')
  // Old files name no type; the library then tells by the other keys.
  if (model.type !== undefined && !MODEL_TYPES.includes(model.type as string))
    fail(name, `its model is ${JSON.stringify(model.type)}; supported are ${MODEL_TYPES.join(', ')}`)
  const ids = new Map<string, number>()
  const add = (token: unknown, id: unknown) => {
    if (typeof token !== 'string') fail(name, `the token with id ${JSON.stringify(id)} is not a string`)
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > MAX_ID)
      fail(name, `token ${JSON.stringify(token)} has id ${JSON.stringify(id)}; ids are 0 to ${MAX_ID}`)
    ids.set(token as string, id as number)
  }
  // Unigram models list [token, score] pairs in id order; the others map tokens to ids.
  if (Array.isArray(model.vocab))
    model.vocab.forEach((pair: unknown, id) => {
      add(Array.isArray(pair) ? pair[0] : pair, id)
    })
  else if (isRecord(model.vocab)) for (const [token, id] of Object.entries(model.vocab)) add(token, id)
  else fail(name, 'its model has no vocabulary')
  if (!Array.isArray(added)) return fail(name, 'added_tokens is not a list')
  for (const token of added) {
    if (!isRecord(token)) fail(name, `added_tokens holds ${JSON.stringify(token)}, not an object`)
    add(token.content, token.id)
  }
  if (ids.size === 0) fail(name, 'its vocabulary is empty')
  return ids
}

/** The library reports faults as plain errors, or trips over them; both are the file's fault. */
function createEncoder(
  definition: Record<string, unknown>,
  config: Record<string, unknown>,
  name: string,
): Encoder {
  try {
    return new Encoder({ added_tokens: [], decoder: null, ...definition }, config)
  } catch (error) {
    return fail(name, `it cannot be used (${error instanceof Error ? error.message : String(error)})`)
  }
}

/** Ids put before and after a text, found by encoding a letter with and without them. */
function specialTokens(encoder: Encoder, name: string): [prefix: number[], suffix: number[]] {
  let content: number[]
  let full: number[]
  try {
    content = encoder.encode('a', { add_special_tokens: false }).ids
    full = encoder.encode('a').ids
  } catch (error) {
    return fail(name, `it cannot encode a text (${error instanceof Error ? error.message : String(error)})`)
  }
  if (![...content, ...full].every((id) => Number.isInteger(id)))
    return fail(name, 'it has neither the letter "a" nor an unknown token')
  const start = full.findIndex((_, i) => content.every((id, k) => full[i + k] === id))
  if (content.length === 0 || start < 0) return fail(name, 'it does not keep the text it is given')
  return [full.slice(0, start), full.slice(start + content.length)]
}

/** Padding is masked out, so any id computes the same; 0 where none is named. */
function findPadId(
  definition: Record<string, unknown>,
  config: Record<string, unknown>,
  ids: ReadonlyMap<string, number>,
): number {
  const named = isRecord(config.pad_token) ? config.pad_token.content : config.pad_token
  if (typeof named === 'string' && ids.has(named)) return ids.get(named)!
  const { padding } = definition
  if (isRecord(padding) && typeof padding.pad_token === 'string' && ids.has(padding.pad_token))
    return ids.get(padding.pad_token)!
  return ids.get('[PAD]') ?? ids.get('<pad>') ?? 0
}

function longestLength(given: {
  option: number
  positions: number
  config: Record<string, unknown>
  specials: number
}): number {
  const { option, positions, config, specials } = given
  // Hugging Face writes about 1e30 for "no limit".
  const stated = config.model_max_length
  const limit = typeof stated === 'number' && stated >= 1 ? Math.floor(stated) : Number.POSITIVE_INFINITY
  const longest = Math.min(option, limit, positions)
  if (longest > specials) return longest
  throw new StudioError(
    'tokenizer-invalid',
    `Texts may have ${longest} tokens, but the tokenizer adds ${specials} of its own; ` +
      `max_length is ${option}, model_max_length ${stated ?? 'absent'}, and the model has ${positions} positions.`,
  )
}
