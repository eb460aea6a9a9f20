// Makes the sample's WordPiece vocabulary from its training texts, and Hugging Face's tokenizer files for it.

/** The files that `tokenizers` (Rust, Python) and `@huggingface/tokenizers` (npm) read, as plain data. */
export interface TokenizerFiles {
  /** Content of tokenizer.json. */
  readonly json: Record<string, unknown>
  /** Content of tokenizer_config.json. */
  readonly config: Record<string, unknown>
}

/** Ids 0-4, in the order in which BERT's own vocabularies name them. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789']
const PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']

// Rarer words are mostly typos of others; they are spelled with pieces instead.
const MIN_WORD_COUNT = 4
const MAX_WORDS = 800
const PREFIX_COUNT = 200
const SUFFIX_COUNT = 200

function countWords(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of text.toLowerCase().match(/[a-z]{2,}/g) ?? [])
      counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** Keys by falling count, equal counts by name, so that the order depends on nothing but the texts. */
function mostFrequent(counts: ReadonlyMap<string, number>, limit: number): string[] {
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return sorted.slice(0, limit).map(([key]) => key)
}

/** How many distinct words start (or end) with each piece of 2-4 letters, shorter than the word itself. */
function countPieces(words: Iterable<string>, end: 'prefix' | 'suffix'): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) {
    for (let size = 2; size <= 4 && size < word.length; size++) {
      const piece = end === 'prefix' ? word.slice(0, size) : `##${word.slice(-size)}`
      counts.set(piece, (counts.get(piece) ?? 0) + 1)
    }
  }
  return counts
}

/**
 * Chooses the vocabulary: special tokens, every ASCII letter, digit (also as `##x`) and punctuation mark (always
 * a token of its own, so never `##`), the frequent words, and the beginnings and endings that most words share.
 */
export function makeVocabulary(texts: readonly string[]): string[] {
  const counts = countWords(texts)
  const words = new Map([...counts].filter(([, count]) => count >= MIN_WORD_COUNT))
  const prefixes = mostFrequent(countPieces(counts.keys(), 'prefix'), PREFIX_COUNT)
  const suffixes = mostFrequent(countPieces(counts.keys(), 'suffix'), SUFFIX_COUNT)
  return [
    ...new Set([
      ...specialTokens,
      ...PUNCTUATION,
      ...LETTERS,
      ...LETTERS.map((letter) => `##${letter}`),
      ...mostFrequent(words, MAX_WORDS),
      ...prefixes,
      ...suffixes,
    ]),
  ]
}

function wrap(sequence: 'A' | 'B', typeId: number): object[] {
  const special = (id: string): object => ({ SpecialToken: { id, type_id: typeId } })
  const text = { Sequence: { id: sequence, type_id: typeId } }
  return sequence === 'A' ? [special('[CLS]'), text, special('[SEP]')] : [text, special('[SEP]')]
}

function postProcessor(idOf: (token: string) => number): object {
  const special = (token: string): object => ({ id: token, ids: [idOf(token)], tokens: [token] })
  return {
    type: 'TemplateProcessing',
    single: wrap('A', 0),
    pair: [...wrap('A', 0), ...wrap('B', 1)],
    special_tokens: { '[CLS]': special('[CLS]'), '[SEP]': special('[SEP]') },
  }
}

function addedTokens(): object[] {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  return specialTokens.map((content, id) => ({ id, content, ...flags }))
}

/**
 * Builds the tokenizer files: lower-casing BERT normalizer, BERT pre-tokenizer, WordPiece, `[CLS] text [SEP]`.
 * `maxLength` is the number of tokens, special ones counted, at which readers cut a text.
 */
export function makeTokenizer(texts: readonly string[], maxLength: number): TokenizerFiles {
  const vocabulary = makeVocabulary(texts)
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: postProcessor((token) => vocabulary.indexOf(token)),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  }
  const config = {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    strip_accents: null,
    tokenize_chinese_chars: true,
    model_max_length: maxLength,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  }
  return { json, config }
}
