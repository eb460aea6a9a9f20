// For tests only: runs the command line as a user does, and makes folders with models, tables and recipes for it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { csvOf, messages } from '../engine/testing.ts'

export const ROOT = join(import.meta.dirname, '../..')
export const TINY_BERT = join(ROOT, 'app/engine/fixtures/tiny-bert')
const LAUNCHER = join(ROOT, 'app/cli/decant.mjs')
const BUNDLE = join(ROOT, '.decant/cli/main.js')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Builds the command line if it is older than its sources. */
export function buildCommandLine(): void {
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, '--help'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  /** Elsewhere than in the folder for temporary files. */
  readonly cwd?: string
  /** Called with all of stderr so far, and the process, whenever more arrives. */
  readonly onStderr?: (text: string, child: ChildProcess) => void
}

/** `decant` as it is installed: finds a driver, then runs. Its process leads a group of its own. */
export const decant = (args: readonly string[], options: Options = {}) => start(LAUNCHER, args, options)

/** The built program alone, on the driver that this process was given: saves the search. */
export const program = (args: readonly string[], options: Options = {}) => start(BUNDLE, args, options)

function start(script: string, args: readonly string[], { env, cwd, onStderr }: Options): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: cwd ?? tmpdir(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr?.(stderr, child)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** A folder with train.csv (200 rows) and test.csv (40 rows); the caller removes it. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'decant-cli-'))
  writeFileSync(join(folder, 'train.csv'), csvOf(messages(200, 1)))
  writeFileSync(join(folder, 'test.csv'), csvOf(messages(40, 2)))
  return folder
}

/** Writes a recipe for tiny-bert into a folder of `makeFolder`; `values` replace its keys. */
export function writeRecipe(folder: string, name: string, values: object = {}): string {
  const recipe = {
    recipe_version: 1,
    model: TINY_BERT,
    data: { train: 'train.csv', test: 'test.csv', text: 'text', label: 'label' },
    stages: [
      { kind: 'distill', student_layers: [0], epochs: 1, batch_size: 8 },
      { kind: 'quantize', scheme: 'W8A8_DYNAMIC' },
    ],
    export: ['fp32', 'q8', 'q4'].map((precision) => ({ format: 'onnx', precision })),
    ...values,
  }
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(recipe))
  return path
}
