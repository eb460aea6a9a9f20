#!/usr/bin/env node
// `decant`: builds the command line on first use, finds a GPU driver and runs it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gpuEnvironment } from '../engine/hosts/gpu-driver.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const BUNDLE = join(ROOT, '.decant/cli/main.js')
const SOURCES = ['app', 'kernels', 'package-lock.json', 'vite.config.ts']
/** Commands that compute; the others need no driver. */
const GPU_COMMANDS = ['predict', 'evaluate', 'run']

function newestChange(path) {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

function build() {
  process.stderr.write('Building the command line (first use, or the sources changed) …\n')
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--ssr', 'app/cli/main.ts', '--outDir', '.decant/cli', '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  process.stderr.write('The command line could not be built. Run `npm ci` and try again.\n')
  process.exit(3)
}

const isStale =
  !existsSync(BUNDLE) || SOURCES.some((name) => newestChange(join(ROOT, name)) > statSync(BUNDLE).mtimeMs)
if (isStale) build()
const args = process.argv.slice(2)
const needsGpu = GPU_COMMANDS.includes(args[0]) && !args.includes('--help')
const env = needsGpu ? await gpuEnvironment() : {}
if (!env) process.exit(3)
const child = spawn(process.execPath, [BUNDLE, ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...env },
})
// The terminal sends Ctrl-C to the child too; it decides how to end.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
