// Tokenizer: ids equal those of Hugging Face's own tokenizer, and files that cannot work are refused.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openTable } from '../data/open-table.ts'
import { diskFolder, diskSource, FIXTURES, failureOf, memoryFolder } from '../formats/testing.ts'
import { loadTokenizer } from './tokenizer.ts'

interface Golden {
  texts: string[]
  max_length: number
  models: Record<string, { input_ids: number[][] }>
}
const golden: Golden = JSON.parse(readFileSync(`${FIXTURES}golden-logits.json`, 'utf8'))
const tiny = loadTokenizer(diskFolder(`${FIXTURES}tiny-bert`))

const definition = JSON.parse(readFileSync(`${FIXTURES}tiny-bert/tokenizer.json`, 'utf8'))
const config = JSON.parse(readFileSync(`${FIXTURES}tiny-bert/tokenizer_config.json`, 'utf8'))
const folderOf = (changes: object, configChanges: object = {}) =>
  memoryFolder({
    'tokenizer.json': JSON.stringify({ ...definition, ...changes }),
    'tokenizer_config.json': JSON.stringify({ ...config, ...configChanges }),
  })

describe('encode', () => {
  it.each(golden.texts.map((text, i) => [i, text] as const))(
    'gives the golden ids of text %i',
    async (i, text) => {
      const expected = golden.models['tiny-bert']!.input_ids[i]
      expect([...(await tiny).encode(text, golden.max_length)]).toEqual(expected)
    },
  )

  it('cuts a text on the right and keeps the special tokens', async () => {
    const tokenizer = await tiny
    const whole = [...tokenizer.encodeWhole(golden.texts[2]!)]
    for (let most = 3; most <= whole.length + 2; most++) {
      const cut = [...tokenizer.encode(golden.texts[2]!, most)]
      const expected = most >= whole.length ? whole : [...whole.slice(0, most - 1), whole.at(-1)]
      expect(cut).toEqual(expected)
    }
  })

  it('works with neither tokenizer_config.json nor special tokens', async () => {
    const bare = await loadTokenizer(
      memoryFolder({ 'tokenizer.json': JSON.stringify({ ...definition, post_processor: null }) }),
    )
    const whole = (await tiny).encodeWhole('where is my order')
    expect([...bare.encode('where is my order', 3)]).toEqual([...whole.slice(1, 4)])
    expect(bare.longest(512, 40)).toBe(40)
  })
})

// Kept beside the repository, since the weights are not part of the product.
const SHARED = new URL('../../../../shared/', import.meta.url).pathname
const MODEL = `${SHARED}models/banking77-minilm`

describe('a real vocabulary', () => {
  it.skipIf(!existsSync(MODEL))(
    'gives the ids of tokenizers 0.23.3 (skipped without ../shared)',
    async () => {
      const tokenizer = await loadTokenizer(diskFolder(MODEL))
      const table = await openTable(diskSource(`${SHARED}data/banking77/test.csv`))
      const ids = table.rows.map(([text]) => [...tokenizer.encode(text!, 24)])
      expect(ids).toHaveLength(3080)
      // SHA-256 of the ids as compact JSON, from Tokenizer.from_file(…) with enable_truncation(24) in Python.
      const digest = createHash('sha256').update(JSON.stringify(ids)).digest('hex')
      expect(digest).toBe('3226b1f4e8f24a33918df67fa096ad6653d1cd21139341a6c31bd4bda2473bea')
    },
  )

  it.skipIf(!existsSync(MODEL))('lowers sigma letter by letter (skipped without ../shared)', async () => {
    const tokenizer = await loadTokenizer(diskFolder(MODEL))
    // From the same tokenizer in Python.
    const expected = [101, 1179, 29728, 29723, 29721, 14608, 1173, 14608, 29733, 102]
    expect([...tokenizer.encode('Ωμέγα ΣΑΣ', 24)]).toEqual(expected)
  })
})

describe('sizes', () => {
  it('knows its vocabulary and padding', async () => {
    const tokenizer = await tiny
    expect(tokenizer.vocabularySize).toBe(122)
    expect(tokenizer.padId).toBe(0)
    expect([...tokenizer.encode('my card', 8)].map(tokenizer.tokenOf)).toEqual([
      '[CLS]',
      'my',
      'card',
      '[SEP]',
    ])
    expect(tokenizer.tokenOf(122)).toBe('122')
    tokenizer.requireWithin(122)
    const failure = await failureOf(() => tokenizer.requireWithin(121))
    expect(failure.code).toBe('tokenizer-invalid')
    expect(failure.message).toContain('ids up to 121')
    expect(failure.message).toContain('embeds 121 tokens')
  })

  it('finds the padding token in any of the places it is named', async () => {
    const named = await loadTokenizer(folderOf({}, { pad_token: { content: '[MASK]' } }))
    expect(named.padId).toBe(4)
    const padding = { pad_token: '[SEP]', pad_id: 3 }
    const padded = await loadTokenizer(folderOf({ padding }, { pad_token: null }))
    expect(padded.padId).toBe(3)
  })

  it.each([
    [20, 512, 40, 20],
    [128, 24, 40, 24],
    [128, 512, 30, 30],
    [128, 1e30, 512, 128],
    [128, undefined, 64, 64],
  ])(
    'of option %s, model_max_length %s and %s positions takes %s',
    async (option, stated, positions, expected) => {
      const tokenizer = await loadTokenizer(folderOf({}, { model_max_length: stated }))
      expect(tokenizer.longest(option, positions)).toBe(expected)
    },
  )

  it('refuses a length that leaves no room for text', async () => {
    const tokenizer = await loadTokenizer(folderOf({}, { model_max_length: 2 }))
    const failure = await failureOf(() => tokenizer.longest(128, 40))
    expect(failure.code).toBe('tokenizer-invalid')
    expect(failure.message).toContain('may have 2 tokens, but the tokenizer adds 2')
  })
})

describe('files that cannot work', () => {
  const model = definition.model
  const added = definition.added_tokens
  const cases: [what: string, changes: object, parts: string[]][] = [
    ['no model', { model: undefined }, ['no model']],
    ['a model without a vocabulary', { model: { ...model, vocab: undefined } }, ['no vocabulary']],
    ['an empty vocabulary', { model: { ...model, vocab: {} }, added_tokens: [] }, ['empty']],
    ['a negative id', { model: { ...model, vocab: { a: -1 } } }, ['"a"', '-1']],
    ['a fractional id', { model: { ...model, vocab: { a: 0.5 } } }, ['"a"', '0.5']],
    ['a huge id', { model: { ...model, vocab: { a: 2 ** 31 } } }, ['2147483648', '4194304']],
    ['a huge id of an added token', { added_tokens: [{ ...added[0], id: 1e9 }] }, ['1000000000']],
    ['an added token without a name', { added_tokens: [{ id: 3 }] }, ['id 3', 'not a string']],
    ['added tokens that are no list', { added_tokens: {} }, ['added_tokens']],
    ['an added token that is a number', { added_tokens: [3] }, ['added_tokens holds 3']],
    ['an unknown kind of model', { model: { ...model, type: 'Nonsense' } }, ['"Nonsense"', 'WordPiece']],
    ['an unknown normalizer', { normalizer: { type: 'Nonsense' } }, ['cannot be used', 'Nonsense']],
    [
      'a vocabulary without letters or unknown token',
      { model: { ...model, vocab: { zz: 0 } }, added_tokens: [] },
      ['tokenizer.json'],
    ],
  ]
  it.each(cases)('refuses %s', async (_, changes, parts) => {
    const { code, message } = await failureOf(() => loadTokenizer(folderOf(changes)))
    expect(code).toBe('tokenizer-invalid')
    for (const part of ['tokenizer.json', ...parts]) expect(message).toContain(part)
  })

  it.each([
    ['no tokenizer.json', { 'vocab.txt': 'a' }, 'file-missing', 'tokenizer.json'],
    ['tokenizer.json that is no JSON', { 'tokenizer.json': '{' }, 'json-invalid', 'tokenizer.json, line 1'],
    ['a token twice', { 'tokenizer.json': '{"model":{"vocab":{"a":0,"a":1}}}' }, 'json-invalid', '"a"'],
    [
      'tokenizer.json in another encoding',
      { 'tokenizer.json': Uint8Array.of(0xff, 0xfe, 0x7b, 0) },
      'file-unreadable',
      'UTF-8',
    ],
  ])('refuses %s', async (_, files, code, part) => {
    const failure = await failureOf(() => loadTokenizer(memoryFolder(files)))
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(part)
  })
})
