// The sample's tokenizer files load in Hugging Face's own npm tokenizer and cover the texts.
import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { makeSampleData, SAMPLE_MAX_LENGTH, SAMPLE_SEED } from './make-data.ts'
import { makeVocabulary, specialTokens } from './tokenizer.ts'

const data = makeSampleData(SAMPLE_SEED)
const tokenizer = new Tokenizer(data.tokenizer.json, data.tokenizer.config)
const texts = [...data.train, ...data.test].map((row) => row.text)
const vocabulary = makeVocabulary(data.train.map((row) => row.text))

describe("the sample's tokenizer", () => {
  it('is what stands in the model folder', () => {
    const read = (name: string): unknown =>
      JSON.parse(readFileSync(new URL(`model/${name}`, import.meta.url), 'utf8'))
    expect(read('tokenizer.json')).toEqual(data.tokenizer.json)
    expect(read('tokenizer_config.json')).toEqual(data.tokenizer.config)
  })

  it('has 1,000-1,500 different entries and the special tokens first', () => {
    expect(vocabulary.slice(0, 5)).toEqual([...specialTokens])
    expect(new Set(vocabulary).size).toBe(vocabulary.length)
    expect(vocabulary.length).toBeGreaterThanOrEqual(1000)
    expect(vocabulary.length).toBeLessThanOrEqual(1500)
  })

  it('wraps a text in [CLS] and [SEP], lower-cases it and spells rare words with pieces', () => {
    const { tokens, ids } = tokenizer.encode('Where is my ORDER qx7?')
    expect(tokens).toEqual(['[CLS]', 'where', 'is', 'my', 'order', 'q', '##x', '##7', '?', '[SEP]'])
    expect(ids).toEqual(tokens.map((token) => vocabulary.indexOf(token)))
  })

  it('knows every text, typos included', () => {
    const unknown = texts.filter((text) => tokenizer.encode(text).tokens.includes('[UNK]'))
    expect(unknown.length / texts.length).toBeLessThanOrEqual(0.01)
  })

  it('cuts no text at its own maximum length', () => {
    const longest = Math.max(...texts.map((text) => tokenizer.encode(text).ids.length))
    expect(longest).toBeLessThanOrEqual(SAMPLE_MAX_LENGTH)
  })

  it('gives a lower-cased text back when it decodes', () => {
    const text = 'Please send me the tracking link for order 12345.'
    const decoded = tokenizer.decode(tokenizer.encode(text).ids, { skip_special_tokens: true })
    expect(decoded).toBe(text.toLowerCase())
  })
})
