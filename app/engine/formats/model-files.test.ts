// The checklist of a model folder and the choice of files to fetch.
import { describe, expect, test } from 'vitest'
import { memorySource } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { checkModelFiles, chooseNeededFiles, isLfsPointer, requireModelFiles } from './model-files.ts'

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 268000000\n`
const source = (name: string, text = '{}') => memorySource(name, new TextEncoder().encode(text))
const folder = (...names: string[]) => ({
  name: 'mine',
  files: new Map(names.map((name) => [name, source(name)])),
})
const files = (...paths: string[]) => paths.map((path) => ({ path }))
const chosen = (...paths: string[]) => chooseNeededFiles('org/name', files(...paths)).map(({ path }) => path)

describe('checklist', () => {
  test.each<[string, string[], string[]]>([
    ['a whole folder', ['config.json', 'model.safetensors', 'tokenizer.json'], ['found', 'found', 'found']],
    [
      'shards',
      ['config.json', 'model.safetensors.index.json', 'tokenizer.json'],
      ['found', 'found', 'found'],
    ],
    [
      'an export of ours',
      ['config.json', 'decant.safetensors', 'tokenizer.json'],
      ['found', 'found', 'found'],
    ],
    [
      'other weights',
      ['config.json', 'pytorch_model.bin', 'tokenizer.json'],
      ['found', 'other-format', 'found'],
    ],
    [
      'a slow tokenizer',
      ['config.json', 'model.safetensors', 'vocab.txt'],
      ['found', 'found', 'other-format'],
    ],
    ['nothing of it', ['notes.md'], ['missing', 'missing', 'missing']],
  ])('%s', async (_, names, states) => {
    const items = await checkModelFiles(folder(...names))
    expect(items.map(({ need }) => need)).toEqual(['config', 'weights', 'tokenizer'])
    expect(items.map(({ state }) => state)).toEqual(states)
  })

  test('a Git LFS pointer is no weights file', async () => {
    const files = new Map([
      ...folder('config.json', 'tokenizer.json').files,
      ['model.safetensors', source('model.safetensors', POINTER)] as const,
    ])
    const error = await requireModelFiles({ name: 'mine', files }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StudioError)
    expect((error as StudioError).message).toContain('model.safetensors is a Git LFS pointer')
    expect((error as StudioError).checklist?.map(({ state }) => state)).toEqual(['found', 'pointer', 'found'])
  })

  test('a long text that only begins like a pointer is none', async () => {
    expect(await isLfsPointer(source('a', POINTER))).toBe(true)
    expect(await isLfsPointer(source('a', POINTER + ' '.repeat(2000)))).toBe(false)
    expect(await isLfsPointer(source('a', '{"version": 1, "x": "git-lfs.github.com, but as JSON"}'))).toBe(
      false,
    )
  })
})

describe('files to fetch', () => {
  test('weights in one format only, and the small files', () => {
    const small = [
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
      'special_tokens_map.json',
    ]
    const others = ['README.md', 'pytorch_model.bin', 'onnx/model.onnx', 'tf_model.h5', 'onnx/config.json']
    expect(chosen(...small, 'model.safetensors', ...others)).toEqual([...small, 'model.safetensors'])
  })

  test('shards with their index where there is no whole file', () => {
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const index = 'model.safetensors.index.json'
    const rest = ['config.json', 'tokenizer.json']
    expect(chosen(...rest, index, ...shards, 'other.safetensors')).toEqual([...rest, index, ...shards])
    expect(chosen(...rest, index, ...shards, 'model.safetensors')).toEqual([...rest, 'model.safetensors'])
  })

  test('a repository without safetensors is refused with the list', () => {
    expect(() => chosen('config.json', 'tokenizer.json', 'pytorch_model.bin')).toThrow(
      'org/name: there is no model.safetensors, only pytorch_model.bin.',
    )
  })
})
