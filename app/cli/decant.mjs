#!/usr/bin/env node
// `decant`: builds the command line on first use, finds a GPU driver and runs it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gpuEnvironment } from '../engine/hosts/gpu-driver.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const BUILT = join(ROOT, '.decant/cli')
const BUNDLE = join(BUILT, 'main.js')
const SOURCES = ['app', 'kernels', 'package-lock.json', 'vite.config.ts']
const COMMANDS = ['inspect', 'predict', 'evaluate', 'run']
/** Exit codes of the command line's contract. */
const MACHINE_AT_FAULT = 3
const INTERRUPTED = 130

function newestChange(path) {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

/** Builds beside and moves into place, so that two first uses at once do not disturb each other. */
function build() {
  process.stderr.write('Building the command line (first use, or the sources changed) …\n')
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const fresh = `${BUILT}-${process.pid}`
  const args = [vite, 'build', '--ssr', 'app/cli/main.ts', '--outDir', fresh, '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (status === 0) moveInto(fresh)
  if (existsSync(BUNDLE) && status === 0) return
  process.stderr.write('The command line could not be built. Run `npm ci` and try again.\n')
  process.exit(MACHINE_AT_FAULT)
}

function moveInto(fresh) {
  try {
    rmSync(BUILT, { recursive: true, force: true })
    renameSync(fresh, BUILT)
  } catch (error) {
    // Another process was first; its build is of the same sources.
    rmSync(fresh, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
}

const isStale =
  !existsSync(BUNDLE) || SOURCES.some((name) => newestChange(join(ROOT, name)) > statSync(BUNDLE).mtimeMs)
if (isStale) build()
const args = process.argv.slice(2)
const command = args.find((arg) => COMMANDS.includes(arg))
const isHelp = args.includes('--help') || args.includes('-h')
const needsGpu = command !== undefined && command !== 'inspect' && !isHelp
const env = needsGpu ? await gpuEnvironment() : {}
if (!env) process.exit(MACHINE_AT_FAULT)
const child = spawn(process.execPath, [BUNDLE, ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...env },
})
// A terminal sends Ctrl-C to the child too, `kill` only here: the child takes two as one, and decides how to end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
const exitCodeOf = (signal) => (signal === 'SIGINT' || signal === 'SIGTERM' ? INTERRUPTED : MACHINE_AT_FAULT)
child.on('exit', (code, signal) => {
  if (code === null && exitCodeOf(signal) !== INTERRUPTED)
    process.stderr.write(`The command line was ended by ${signal}.\n`)
  process.exit(code ?? exitCodeOf(signal))
})
