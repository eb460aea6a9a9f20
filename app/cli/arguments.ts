// The command line's grammar: commands, options, usage errors.
import { parseArgs } from 'node:util'
import { StudioError } from '../engine/base/errors.ts'

export const USAGE = `Usage:
  decant inspect MODEL [--json]
      Architecture, layers, labels, parameters and bytes. Needs no GPU.
  decant predict MODEL --data FILE [--text COLUMN] [--max-length N] [--tune off] [--json]
      Label and probability of every row.
  decant evaluate MODEL --data FILE [--text COLUMN] [--label COLUMN] [--max-length N] [--tune off] [--json]
      Accuracy with its interval, macro F1, latency, parameters and size.
  decant run RECIPE --out FOLDER [--resume] [--tune off] [--json]
      Runs a recipe: distill, prune, quantize, export, verify. --resume goes on with a run that was stopped.

MODEL is a Hugging Face folder (config.json, model.safetensors, tokenizer.json), or hub:org/name[@revision] for a model of the Hub:
it is fetched once into ~/.cache/decant. HF_TOKEN is the token for a private one, DECANT_CACHE names another cache, HF_ENDPOINT
another server. A recipe's model may be either too. FILE is a table: CSV or TSV with a header,
JSONL (an object a line), a JSON list of objects, or Parquet.
On its first start on an adapter a command times the forms of the kernels, for a second in all, and keeps in the cache which are
fastest; --tune off leaves that out. No result depends on it.
Results go to stdout, progress and errors to stderr.
Exit codes: 0 done, 1 the input is at fault, 2 wrong usage, 3 the machine is at fault, 130 interrupted.
`

type Switch = 'on' | 'off'

export interface Arguments {
  readonly command: 'inspect' | 'predict' | 'evaluate' | 'run' | 'help'
  /** MODEL (a folder or hub:org/name) or RECIPE. */
  readonly target: string
  readonly data?: string
  readonly text?: string
  readonly label?: string
  readonly maxLength?: number
  readonly out?: string
  readonly resume: boolean
  readonly tune?: Switch
  readonly json: boolean
}

const COMMAND_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  inspect: ['json'],
  predict: ['data', 'text', 'max-length', 'tune', 'json'],
  evaluate: ['data', 'text', 'label', 'max-length', 'tune', 'json'],
  run: ['out', 'resume', 'tune', 'json'],
}

const usage = (message: string) => new StudioError('usage', message)

/** @throws StudioError `usage`, saying what is wrong */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  const [command, target, ...rest] = positionals
  if (values.help || command === undefined || command === 'help')
    return { command: 'help', target: '', resume: false, json: false }
  const allowed = Object.hasOwn(COMMAND_OPTIONS, command) ? COMMAND_OPTIONS[command] : undefined
  if (!allowed)
    throw usage(`There is no command "${command}"; there are ${Object.keys(COMMAND_OPTIONS).join(', ')}.`)
  if (target === undefined)
    throw usage(`decant ${command} needs ${command === 'run' ? 'a RECIPE' : 'a MODEL'}.`)
  if (rest.length > 0)
    throw usage(
      `decant ${command} takes one ${command === 'run' ? 'RECIPE' : 'MODEL'}, not also "${rest[0]}".`,
    )
  for (const option of Object.keys(values))
    if (!allowed.includes(option)) throw usage(`decant ${command} has no option --${option}.`)
  if (allowed.includes('data') && values.data === undefined)
    throw usage(`decant ${command} needs --data FILE.`)
  if (command === 'run' && values.out === undefined) throw usage('decant run needs --out FOLDER.')
  const { data, text, label, out } = values
  return {
    command: command as Arguments['command'],
    target,
    ...(data === undefined ? {} : { data }),
    ...(text === undefined ? {} : { text }),
    ...(label === undefined ? {} : { label }),
    ...(out === undefined ? {} : { out }),
    ...maxLength(values['max-length']),
    ...tuning(values.tune),
    resume: values.resume ?? false,
    json: values.json ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        text: { type: 'string' },
        label: { type: 'string' },
        'max-length': { type: 'string' },
        out: { type: 'string' },
        resume: { type: 'boolean' },
        tune: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw usage((error as Error).message)
  }
}

function tuning(given: string | undefined): { tune?: Switch } {
  if (given === undefined) return {}
  if (given !== 'on' && given !== 'off') throw usage(`--tune is "${given}"; allowed are on and off.`)
  return { tune: given }
}

function maxLength(given: string | undefined): { maxLength?: number } {
  if (given === undefined) return {}
  const value = Number(given)
  if (!Number.isInteger(value) || value < 4)
    throw usage(`--max-length is "${given}"; allowed is a whole number from 4.`)
  return { maxLength: value }
}
