// The command line as a user runs it: results on stdout, everything else on stderr, and exit codes that scripts rely on.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { USAGE } from './arguments.ts'
import { buildCommandLine, decant, makeFolder, program, ROOT, TINY_BERT, writeRecipe } from './testing.ts'

let folder: string
beforeAll(() => {
  buildCommandLine()
  folder = makeFolder()
})
afterAll(() => rmSync(folder, { recursive: true }))

const NO_DRIVER = { VK_DRIVER_FILES: '/nonexistent/icd.json' }
const number = expect.any(Number)

describe('decant', () => {
  it.each([[[]], [['--help']], [['run', '-h']]])('%j prints its usage', async (args) => {
    expect(await decant(args, { env: NO_DRIVER })).toEqual({ code: 0, stdout: USAGE, stderr: '' })
  })

  it('is found by npx in the repository', () => {
    const { status, stdout } = spawnSync('npx', ['--offline', 'decant', '--help'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect([status, stdout]).toEqual([0, USAGE])
  })

  it.each([
    [['train', 'x'], 'no command "train"'],
    [['inspect'], 'needs a MODEL'],
    [['inspect', TINY_BERT, '--quiet'], '--quiet'],
    [['evaluate', TINY_BERT], 'needs --data FILE'],
    [['run', 'recipe.json'], 'needs --out FOLDER'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await program(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toContain('decant --help')
  })

  it('says that the machine is at fault where there is no GPU', async () => {
    const args = ['evaluate', TINY_BERT, '--data', join(folder, 'test.csv')]
    const { code, stdout, stderr } = await decant(args, { env: NO_DRIVER })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain('No Vulkan driver')
  })
})

describe('decant inspect', () => {
  it('needs no GPU', async () => {
    const { code, stdout, stderr } = await decant(['inspect', TINY_BERT, '--json'], { env: NO_DRIVER })
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'tiny-bert',
      architecture: 'bert',
      hidden: 32,
      layers: [
        { heads: 4, ffn: 64 },
        { heads: 4, ffn: 64 },
      ],
      labels: ['billing', 'delivery', 'login', 'refund', 'other'],
      parameters: 23_621,
      bytes: 4 * 23_621,
    })
    const { parameters, groups } = JSON.parse(stdout)
    const sum = (key: string) =>
      groups.reduce((total: number, group: Record<string, number>) => total + group[key]!, 0)
    expect([sum('parameters'), sum('bytes')]).toEqual([parameters, 4 * parameters])
  })

  it('shows the same to readers', async () => {
    const { code, stdout } = await program(['inspect', TINY_BERT])
    expect(code).toBe(0)
    for (const part of ['tiny-bert: BERT, 2 layers of width 32, 5 labels', '23,621 parameters', 'F32'])
      expect(stdout).toContain(part)
  })
})

describe('decant predict', () => {
  it('gives a row for every row of the file, in order, empty texts too', async () => {
    const texts = ['where is my order', '', 'refund, please', '   ', 'a "quoted" word', 'Café 📦']
    const data = join(folder, 'texts.csv')
    const quoted = texts.map((text) => `"${text.replaceAll('"', '""')}"`)
    writeFileSync(data, `id,text\n${quoted.map((text, row) => `${row},${text}\n`).join('')}`)
    const { code, stdout } = await program(['predict', TINY_BERT, '--data', data, '--json'])
    expect(code).toBe(0)
    const { rows } = JSON.parse(stdout) as {
      rows: { text: string; label: string; probability: number; logits: number[] }[]
    }
    expect(rows.map(({ text }) => text)).toEqual(texts)
    const labels = ['billing', 'delivery', 'login', 'refund', 'other']
    for (const { label, probability, logits } of rows) {
      expect(logits).toHaveLength(5)
      expect(label).toBe(labels[logits.indexOf(Math.max(...logits))])
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
      expect(probability).toBeCloseTo(Math.exp(Math.max(...logits)) / total, 9)
    }
    const plain = await program(['predict', TINY_BERT, '--data', data])
    expect(plain.stdout.split('\n')[0]).toBe(
      `${rows[0]!.label}\t${rows[0]!.probability.toFixed(4)}\t${texts[0]}`,
    )
  })
})

describe('a table of any format', () => {
  it('is predicted row by row', async () => {
    const lines = join(folder, 'texts.jsonl')
    writeFileSync(lines, '{"text":"where is my order"}\n{"text":"refund, please"}\n')
    const parquet = join(ROOT, 'app/engine/fixtures/tables/zstd.parquet')
    for (const [data, texts] of [
      [lines, ['where is my order', 'refund, please']],
      [parquet, ['Where is my card?', 'Ça va, 🙂', 'two\nlines', 'again and again and again and again']],
    ] as const) {
      const { stdout } = await program(['predict', TINY_BERT, '--data', data, '--json'])
      expect((JSON.parse(stdout) as { rows: { text: string }[] }).rows.map(({ text }) => text)).toEqual(texts)
    }
  })
})

describe('decant evaluate', () => {
  it('gives every field of the contract with --json, and nothing else on stdout', async () => {
    const args = ['evaluate', '--json', TINY_BERT, '--data', join(folder, 'test.csv')]
    const { code, stdout, stderr } = await decant(args)
    expect(code).toBe(0)
    expect(stderr).toContain('GPU driver:')
    const row = JSON.parse(stdout)
    expect(row).toMatchObject({
      stage: 'teacher',
      parameters: 23_621,
      bytes: 94_484,
      group_bytes: { embeddings: number, attention: number, 'feed-forward': number, head: number },
      gpu_bytes: number,
      multiply_adds: number,
      split: 'test',
      n: 40,
      accuracy: number,
      interval: [number, number],
      macro_f1: number,
      agreement: 1,
      kl: 0,
      p_value: 1,
      latency_ms: { batch: 1, tokens: number, p50: number, p95: number, samples: expect.any(Array) },
      seconds: number,
      adapter: {
        vendor: expect.any(String),
        architecture: expect.any(String),
        description: expect.any(String),
        fallback: expect.any(Boolean),
      },
      self_test: { passed: number, failed: [] },
    })
    expect(row.self_test.passed).toBeGreaterThan(0)
  })

  it('shows accuracy with its interval to readers, and names labels that it cannot score', async () => {
    const data = join(folder, 'odd.csv')
    writeFileSync(data, 'body,kind\nwhere is my order,delivery\nhello,greeting\nmy card,billing\n')
    const args = ['evaluate', TINY_BERT, '--data', data, '--text', 'body', '--label', 'kind']
    const { code, stdout, stderr } = await program(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^accuracy [\d.]+ % of n = 2 \(95 % interval [\d.]+ % to [\d.]+ %\)\n/)
    expect(stderr).toContain('no label "greeting": its 1 rows are not scored')
  })
})

describe('decant run', () => {
  it('writes every file of the contract, and the report alone to stdout', async () => {
    const out = join(folder, 'out')
    const { code, stdout } = await program(['run', writeRecipe(folder, 'r.json'), '--out', out, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))
    const model = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors', 'README.md']
    const onnx = ['model.onnx', 'model_quantized.onnx', 'model_q4.onnx'].map((name) => `onnx/${name}`)
    const files = [
      'report.json',
      'report.md',
      'recipe.json',
      ...[...model, ...onnx].map((name) => `model/${name}`),
    ]
    for (const name of files) expect(existsSync(join(out, name)), name).toBe(true)
    const again = await program(['inspect', join(out, 'model')])
    expect(again.stdout).toContain('1 layers of width 32')
  })

  it('ends with 3 where the output cannot be written', async () => {
    const recipe = writeRecipe(folder, 'r.json')
    const out = join(folder, 'train.csv', 'out')
    const { code, stdout, stderr } = await program(['run', recipe, '--out', out])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain(out)
  })
})
