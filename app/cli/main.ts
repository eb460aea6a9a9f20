// Entry of the command line: runs one command, results to stdout, everything else to stderr.
import { type Fault, reportError } from '../engine/base/errors.ts'
import { closeNodeGpu } from '../engine/hosts/node-gpu.ts'
import { parseArguments, USAGE } from './arguments.ts'
import { evaluate } from './evaluate.ts'
import { failureText } from './failure-text.ts'
import { inspect } from './inspect.ts'
import { predict } from './predict.ts'
import { ProgressBar } from './progress-bar.ts'
import { run } from './run.ts'

const EXIT_CODES: Readonly<Record<Fault, number>> = {
  input: 1,
  usage: 2,
  machine: 3,
  interrupted: 130,
  bug: 3,
}

async function main(args: readonly string[]): Promise<number> {
  const progress = new ProgressBar(process.stderr)
  try {
    const parsed = parseArguments(args)
    const commands = { inspect, predict, evaluate, run, help: async () => USAGE }
    const output = await commands[parsed.command](parsed, progress)
    progress.end()
    process.stdout.write(output)
    return 0
  } catch (error) {
    progress.end()
    const report = reportError(error)
    process.stderr.write(failureText(report))
    return EXIT_CODES[report.fault]
  }
}

// Dawn's threads keep the process alive; everything is flushed and the GPU is at rest by now.
const code = await main(process.argv.slice(2))
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
await closeNodeGpu()
process.exit(code)
