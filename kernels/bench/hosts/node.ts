// The benchmark in Node, over npm's `webgpu`: for machines without a browser. Needs what lies beside it, `webgpu`, and nothing else.
//   node bench.js [--small | --full] [--only FAMILY,…] [--cases REGEXP] [--rivals ID,…] [--driver TEXT] [--out FILE.json]
// A bare import stays first: rivals look for WebGPU while their modules load.
import './node-globals.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { BenchHost } from '../contender.ts'
import { reportText } from '../report.ts'
import { runBench } from '../run-bench.ts'
import { contendersOf } from './contenders.ts'
// First: rivals look for WebGPU while their modules load.
import { gpu } from './node-globals.ts'
import { versions } from './versions.ts'

const { values } = parseArgs({
  options: {
    small: { type: 'boolean' },
    full: { type: 'boolean' },
    only: { type: 'string' },
    cases: { type: 'string' },
    rivals: { type: 'string' },
    driver: { type: 'string' },
    out: { type: 'string' },
  },
})

const host: BenchHost = {
  gpu,
  versions,
  platform: {
    runtime: `Node.js ${process.versions.node}, webgpu ${versions.webgpu}`,
    driver: values.driver ?? process.env.VK_DRIVER_FILES ?? 'driver unknown',
    processors: availableParallelism(),
  },
  address: (path) => new URL(path, import.meta.url).href,
  readFile: async (path) => new Uint8Array(await readFile(fileURLToPath(new URL(path, import.meta.url)))),
  log: (line) => process.stderr.write(`${line}\n`),
}

const report = await runBench(host, {
  contenders: contendersOf(values.rivals?.split(',')),
  ...(values.small ? { size: 'small' } : values.full ? { size: 'full' } : {}),
  ...(values.only ? { families: values.only.split(',') } : {}),
  ...(values.cases ? { cases: values.cases } : {}),
})
if (values.out) {
  await mkdir(dirname(values.out), { recursive: true })
  await writeFile(values.out, `${JSON.stringify(report)}\n`)
  await writeFile(values.out.replace(/\.json$/, '.md'), reportText(report))
}
process.stdout.write(reportText(report))
// Rivals keep threads and devices that would hold the process.
process.exit(0)
