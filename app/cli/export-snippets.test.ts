// The lines that an exported folder's card offers to copy, really run: the command line, Python where it is there, ONNX Runtime.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAll, requireFile } from '../engine/base/bytes.ts'
import { padBatch } from '../engine/data/batches.ts'
import { readFolder } from '../engine/hosts/node-files.ts'
import { onnxRuntimeNode } from '../engine/hosts/onnxruntime-node.ts'
import { loadTokenizer } from '../engine/text/tokenizer.ts'
import { buildCommandLine, makeFolder, program, writeRecipe } from './testing.ts'

const TEXT = 'The text to be classified'
/** Where Transformers.js looks for a dtype, below `onnx/`. */
const FILE_OF_DTYPE: Readonly<Record<string, string>> = { fp32: 'model.onnx', q8: 'model_quantized.onnx' }

let folder: string
let out: string
let card: string
beforeAll(async () => {
  buildCommandLine()
  folder = makeFolder()
  out = join(folder, 'out')
  const exports = ['fp32', 'q8'].map((precision) => ({ format: 'onnx', precision }))
  const recipe = writeRecipe(folder, 'recipe.json', { stages: [], export: exports })
  const { code, stderr } = await program(['run', recipe, '--out', out])
  expect(code, stderr).toBe(0)
  card = readFileSync(join(out, 'model/README.md'), 'utf8')
  writeFileSync(join(out, 'texts.csv'), `text\n${TEXT}\n`)
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function lines(language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\\n\`\`\``).exec(card) ?? []
  expect(code, `a block of ${language} on the card`).toBeDefined()
  return code!
}

/** What the card's command line says of the text. */
async function predicted(): Promise<{ label: string; logits: number[] }> {
  const [npx, decant, ...args] = lines('sh').split(' ')
  expect([npx, decant]).toEqual(['npx', 'decant'])
  const { code, stdout, stderr } = await program(args, { cwd: out })
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout).rows[0]
}

async function logitsOf(file: string): Promise<readonly number[]> {
  const model = await readFolder(join(out, 'model'))
  const ids = (await loadTokenizer(model)).encode(TEXT, 128)
  const opened = await onnxRuntimeNode().open(await readAll(requireFile(model, file)))
  const logits = [...(await opened.run(padBatch([ids])))]
  await opened.close()
  return logits
}

const best = (logits: readonly number[]) => logits.indexOf(Math.max(...logits))

describe('the lines on the card', () => {
  it('predict on the command line', async () => {
    const { label, logits } = await predicted()
    const config = JSON.parse(readFileSync(join(out, 'model/config.json'), 'utf8'))
    expect(config.id2label[best(logits)]).toBe(label)
  }, 60_000)

  it('name ONNX files that give in ONNX Runtime what the command line gives', async () => {
    const [, named] = /InferenceSession\(f"\{folder\}\/([^"]+)"/.exec(lines('python')) ?? []
    const [, dtype] = /dtype: '(\w+)'/.exec(lines('js')) ?? []
    expect(named).toBe(`onnx/${FILE_OF_DTYPE[dtype!]}`)
    const { logits } = await predicted()
    const there = await logitsOf(named!)
    expect(there).toHaveLength(logits.length)
    expect(best(there)).toBe(best(logits))
    const exact = await logitsOf('onnx/model.onnx')
    exact.forEach((logit, index) => {
      expect(logit).toBeCloseTo(logits[index]!, 3)
    })
  }, 60_000)

  it('predict in Python', async (context) => {
    const probe = spawnSync('python3', ['-c', 'import numpy, onnxruntime, tokenizers'])
    context.skip(probe.status !== 0, 'python3 with numpy, onnxruntime and tokenizers is not on this machine')
    const { status, stdout, stderr } = spawnSync('python3', ['-c', lines('python')], {
      cwd: out,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    expect(stdout.trim()).toBe((await predicted()).label)
  }, 60_000)
})
