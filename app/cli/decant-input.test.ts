// Input at fault: every broken file ends with exit code 1 and a message that names the file, the thing and both numbers.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommandLine, makeFolder, program, TINY_BERT, writeRecipe } from './testing.ts'

const folder = makeFolder()
beforeAll(buildCommandLine)
afterAll(() => rmSync(folder, { recursive: true }))

/** A copy of tiny-bert with one file changed. */
function brokenModel(name: string, file: string, change: (bytes: Buffer) => Buffer | string): string {
  const path = join(folder, name)
  cpSync(TINY_BERT, path, { recursive: true })
  writeFileSync(join(path, file), change(readFileSync(join(path, file))))
  return path
}
const config = (values: object) => (bytes: Buffer) =>
  JSON.stringify({ ...JSON.parse(bytes.toString()), ...values })
/** The same header with one name spelled differently. */
const renamed = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')

const WEIGHTS = 'model.safetensors'
/** Bytes of the JSON header, after the eight that say so. */
const HEADER = Number(readFileSync(join(TINY_BERT, WEIGHTS)).readBigUInt64LE())

describe('a model folder', () => {
  it.each<[string, string, string[]]>([
    ['that is not there', join(folder, 'nowhere'), ['nowhere', 'does not exist']],
    [
      'with truncated weights',
      brokenModel('truncated', WEIGHTS, (bytes) => bytes.subarray(0, 50_000)),
      [WEIGHTS, 'bert.encoder.layer.0', String(50_000 - 8 - HEADER)],
    ],
    [
      'with weights cut inside the header',
      brokenModel('cut', WEIGHTS, (bytes) => bytes.subarray(0, 100)),
      [WEIGHTS, String(HEADER), '92'],
    ],
    [
      'without a tensor',
      brokenModel('missing', WEIGHTS, renamed('bert.pooler.dense.weight', 'bert.pooler.dense.heavy!')),
      [WEIGHTS, 'bert.pooler.dense.weight'],
    ],
    [
      'without a classification head',
      brokenModel('headless', WEIGHTS, renamed('"classifier.weight"', '"classifiex.weight"')),
      [WEIGHTS, 'classifier.weight'],
    ],
    [
      'with another config’s width',
      brokenModel('wide', 'config.json', config({ hidden_size: 64 })),
      [WEIGHTS, '32', '64', 'config.json'],
    ],
    [
      'with another config’s layers',
      brokenModel('deep', 'config.json', config({ num_hidden_layers: 3 })),
      [WEIGHTS, 'encoder.layer.2'],
    ],
    [
      'with another number of labels',
      brokenModel(
        'labels',
        'config.json',
        config({ id2label: undefined, label2id: undefined, num_labels: 7 }),
      ),
      ['config.json', '7', '5'],
    ],
    ['with a config that is no JSON', brokenModel('json', 'config.json', () => '{"a": 1,}'), ['config.json']],
    [
      'of another architecture',
      brokenModel('gpt', 'config.json', config({ model_type: 'gpt2' })),
      ['config.json', 'model_type', '"gpt2"'],
    ],
  ])('%s is named with what is wrong', async (_, path, parts) => {
    await expectInputFault(['inspect', path, '--json'], parts)
  })

  it('without a tokenizer is refused where texts are read', async () => {
    const path = brokenModel('mute', 'config.json', (bytes) => bytes)
    rmSync(join(path, 'tokenizer.json'))
    await expectInputFault(['evaluate', path, '--data', join(folder, 'test.csv')], ['mute', 'tokenizer.json'])
  })
})

describe('a table', () => {
  const table = (name: string, text: string | Uint8Array) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  it.each<[string, string[], string[]]>([
    ['that is not there', ['--data', join(folder, 'none.csv')], ['none.csv', 'does not exist']],
    ['without the text column', ['--text', 'body'], ['test.csv', '"body"', '"text", "label"']],
    ['without the label column', ['--label', 'kind'], ['test.csv', '"kind"', '"text", "label"']],
    ['with labels of another model', ['--label', 'text'], ['test.csv', '"text"', '5']],
    [
      'with a row too long',
      ['--data', table('long.csv', 'text,label\na,b,c\n')],
      ['long.csv', 'row 2', '3', '2'],
    ],
    ['without rows', ['--data', table('bare.csv', 'text,label\n')], ['bare.csv', 'no rows']],
    ['that is empty', ['--data', table('empty.csv', '')], ['empty.csv', 'empty']],
    [
      'that is not UTF-8',
      ['--data', table('latin.csv', Uint8Array.of(0x74, 10, 0xe9, 10))],
      ['latin.csv', 'UTF-8'],
    ],
  ])('%s is named with what is wrong', async (_, options, parts) => {
    const data = options.includes('--data') ? [] : ['--data', join(folder, 'test.csv')]
    await expectInputFault(['evaluate', TINY_BERT, ...data, ...options], parts)
  })
})

describe('a recipe', () => {
  const recipe = (name: string, values: object) => writeRecipe(folder, name, values)
  const stage = (values: object) => ({ stages: [values] })
  const data = (values: object) => ({ data: { train: 'train.csv', text: 'text', ...values } })
  it.each<[string, string, string[]]>([
    ['that is not there', join(folder, 'none.json'), ['none.json', 'does not exist']],
    ['of another version', recipe('version.json', { recipe_version: 2 }), ['recipe_version', '2', '1']],
    ['with an unknown key', recipe('key.json', { stage: [] }), ['"stage"', 'stages']],
    [
      'with an unknown stage',
      recipe('kind.json', stage({ kind: 'shrink' })),
      ['stages[0]', '"shrink"', 'distill, prune, quantize'],
    ],
    [
      'with a value out of range',
      recipe('range.json', stage({ kind: 'prune', pruning_ratio: 1.5 })),
      ['stages[0]', '"pruning_ratio"', '1.5', '0 to 0.9'],
    ],
    [
      'with an unknown option',
      recipe('option.json', stage({ kind: 'distill', epoch: 3 })),
      ['"epoch"', 'epochs'],
    ],
    [
      'with a layer that the teacher lacks',
      recipe('layer.json', stage({ kind: 'distill', student_layers: [0, 5] })),
      ['"student_layers"', '5', '0 to 1'],
    ],
    ['with an unknown export', recipe('export.json', { export: [{ format: 'gguf' }] }), ['"gguf"', 'onnx']],
    ['whose model is not there', recipe('model.json', { model: 'gone' }), ['gone', 'does not exist']],
    [
      'whose table is not there',
      recipe('data.json', data({ train: 'gone.csv' })),
      ['gone.csv', 'does not exist'],
    ],
    ['whose table lacks the column', recipe('column.json', data({ label: 'kind' })), ['train.csv', '"kind"']],
    [
      'that trains without training rows',
      recipe('untrained.json', { data: { test: 'test.csv' }, ...stage({ kind: 'distill' }) }),
      ['distill', '0 training rows'],
    ],
  ])('%s is named with what is allowed', async (_, path, parts) => {
    await expectInputFault(['run', path, '--out', join(folder, 'out'), '--json'], parts)
  })
})

async function expectInputFault(args: readonly string[], parts: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await program(args)
  expect([code, stdout], stderr).toEqual([1, ''])
  for (const part of parts) expect(stderr).toContain(part)
  expect(stderr, 'no stack trace').not.toMatch(/\n\s+at /)
}
