// `npm run bench`: builds the benchmark, runs it in a Chromium (or in Node) and writes its report.
//   npm run bench -- [--node] [--small | --full] [--only FAMILY,…] [--cases REGEXP] [--rivals ID,…] [--chromium PATH] [--gpu]
//     [--driver TEXT] [--no-build]
// By default a Chromium on its own SwiftShader. `--chromium` names another, such as one on lavapipe; `--gpu` uses the machine's own
// graphics card; `--driver` names the driver in the report where a browser does not tell. Reports go to .decant/bench/<date>-<where>.{json,md}.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gpuEnvironment } from '../../../app/engine/hosts/gpu-driver.mjs'

const ROOT = join(import.meta.dirname, '../../..')
const OUT = join(ROOT, '.decant/bench')
const CONFIG = join(import.meta.dirname, 'vite.config.ts')
const PORT = 4311
/** Exit code for "the machine is at fault", as in the command line's contract. */
const MACHINE_AT_FAULT = 3

const { values } = parseArgs({
  options: {
    node: { type: 'boolean' },
    small: { type: 'boolean' },
    full: { type: 'boolean' },
    only: { type: 'string' },
    cases: { type: 'string' },
    rivals: { type: 'string' },
    chromium: { type: 'string' },
    driver: { type: 'string' },
    gpu: { type: 'boolean' },
    'no-build': { type: 'boolean' },
  },
})

function build(outDir, args) {
  if (values['no-build']) return
  process.stderr.write('Building the benchmark …\n')
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const all = [vite, 'build', '--config', CONFIG, '--outDir', outDir, '--logLevel', 'warn', ...args]
  const { status } = spawnSync(process.execPath, all, { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}

function reportPath(where) {
  const date = new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-')
  mkdirSync(OUT, { recursive: true })
  return join(OUT, `${date}-${where}.json`)
}

async function runInNode() {
  build(join(OUT, 'node'), ['--ssr', join(import.meta.dirname, 'node.ts')])
  const env = process.env.DECANT_GPU_READY ? {} : await gpuEnvironment()
  if (!env) process.exit(MACHINE_AT_FAULT)
  const passed = ['small', 'full'].filter((name) => values[name]).map((name) => `--${name}`)
  for (const name of ['only', 'cases', 'rivals', 'driver'])
    if (values[name]) passed.push(`--${name}`, values[name])
  const args = [join(OUT, 'node/bench.js'), ...passed, '--out', reportPath('node')]
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** SwiftShader inside Chromium, unless another Chromium or the machine's own card is asked for. */
function chromiumArguments() {
  const own = ['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan']
  if (values.gpu) return [...own, '--ignore-gpu-blocklist', '--use-vulkan=native', '--use-angle=vulkan']
  return [...own, '--use-webgpu-adapter=swiftshader']
}

function driverName(executablePath) {
  if (values.driver) return values.driver
  if (values.gpu) return 'the machine’s own driver'
  return values.chromium ? `the driver of ${executablePath}` : 'Chromium’s SwiftShader'
}

async function runInChromium() {
  const outDir = join(OUT, 'page')
  build(outDir, [])
  const env = values.chromium
    ? { DECANT_CHROMIUM: values.chromium }
    : await gpuEnvironment({ needsChromium: true })
  if (!env) process.exit(MACHINE_AT_FAULT)
  const executablePath = env.DECANT_CHROMIUM ?? process.env.DECANT_CHROMIUM
  const { preview } = await import('vite')
  const { chromium } = await import('playwright')
  const server = await preview({
    configFile: CONFIG,
    build: { outDir },
    logLevel: 'warn',
    preview: { port: PORT },
  })
  const browser = await chromium.launch({ executablePath, args: chromiumArguments() })
  try {
    const page = await browser.newPage()
    page.on('console', (message) => process.stderr.write(`${message.text()}\n`))
    await page.goto(`${server.resolvedUrls.local[0]}bench.html`)
    const options = {
      ...(values.small ? { size: 'small' } : values.full ? { size: 'full' } : {}),
      ...(values.only ? { families: values.only.split(',') } : {}),
      ...(values.cases ? { cases: values.cases } : {}),
      ...(values.rivals ? { contenders: values.rivals.split(',') } : {}),
    }
    const { report, text } = await page.evaluate(
      ([given, driver]) => window.decantBench(given, driver),
      [options, driverName(executablePath)],
    )
    const path = reportPath(report.adapter.architecture || 'chromium')
    writeFileSync(path, `${JSON.stringify(report)}\n`)
    writeFileSync(path.replace(/\.json$/, '.md'), text)
    process.stdout.write(text)
    process.stderr.write(`Written to ${path} and .md\n`)
  } finally {
    await browser.close()
    await server.close()
  }
}

await (values.node ? runInNode() : runInChromium())
