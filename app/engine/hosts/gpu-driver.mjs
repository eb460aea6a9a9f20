// Finds a Chromium and a Vulkan driver that Dawn accepts, a graphics card's before one that computes on the processor, and runs a
// command with both in its environment.
//   node app/engine/hosts/gpu-driver.mjs [--install] [--chromium] [--] COMMAND [ARG …]
// Plain JavaScript: it runs before anything is built. VK_DRIVER_FILES and DECANT_CHROMIUM, where set, win.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ICD_FOLDERS = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d']
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** Exit code for "the machine is at fault", as in the command line's contract. */
const MACHINE_AT_FAULT = 3

function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (folder && existsSync(path)) return path
  }
  return undefined
}

/** Path of a Chromium: DECANT_CHROMIUM, one on PATH, or the one Playwright downloaded. */
export async function findChromium() {
  if (process.env.DECANT_CHROMIUM) return process.env.DECANT_CHROMIUM
  const installed = CHROMIUM_NAMES.map(onPath).find(Boolean)
  if (installed) return installed
  const { chromium } = await import('playwright')
  const downloaded = chromium.executablePath()
  return existsSync(downloaded) ? downloaded : undefined
}

/** Folders that may hold Chromium's own SwiftShader: beside the binary, and where Debian puts it. */
function chromiumFolders(chromium) {
  const folders = chromium ? [dirname(chromium), dirname(realpathSync(chromium))] : []
  return [...new Set([...folders, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'])]
}

function candidates(chromium) {
  if (process.env.VK_DRIVER_FILES)
    return [{ name: `VK_DRIVER_FILES=${process.env.VK_DRIVER_FILES}`, env: {} }]
  const system = ICD_FOLDERS.filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ name: file, env: { VK_DRIVER_FILES: file } }))
  const bundled = chromiumFolders(chromium)
    .map((folder) => ({ folder, file: join(folder, 'vk_swiftshader_icd.json') }))
    .filter(({ file }) => existsSync(file))
    .flatMap(({ folder, file }) => [
      { name: file, env: { VK_DRIVER_FILES: file } },
      {
        name: `${file} with ${folder}/libvulkan.so.1`,
        env: {
          VK_DRIVER_FILES: file,
          LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
        },
      },
    ])
  // Alone, so that a file's name does not decide: lavapipe's comes before NVIDIA's.
  const card = { name: 'the system’s graphics driver', env: {}, isCardOnly: process.platform === 'linux' }
  return [card, ...system, ...bundled]
}

const PROBE = `import('webgpu').then(async ({ create }) => {
  const gpu = create([])
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) process.exit(1)
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info
  const text = [vendor, architecture, description].filter(Boolean).join(' · ')
  const isOnCpu = Boolean(isFallbackAdapter) || /swiftshader|llvmpipe|software/i.test(text)
  process.stdout.write(JSON.stringify({ text, isOnCpu }))
  process.exit(0)
})`

/**
 * The adapter that Dawn has in such an environment: what it calls itself, and whether it is the processor, as `runsOnCpu` in
 * kernels/runtime/gpu.ts tells it. Undefined without one.
 */
function probe(env) {
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', PROBE], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  return result.status === 0 ? JSON.parse(result.stdout) : undefined
}

/** The first that yields an adapter, or a graphics card where only that counts, as `{ name, env, adapter }`; or undefined. */
export function firstDriver(drivers, probeIn = probe) {
  for (const { name, env, isCardOnly = false } of drivers) {
    const adapter = probeIn(env)
    if (adapter && !(isCardOnly && adapter.isOnCpu)) return { name, env, adapter: adapter.text }
  }
  return undefined
}

const findDriver = (chromium) => firstDriver(candidates(chromium))

function installPackages(names) {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || !onPath('apt-get')) return false
  process.stderr.write(`Installing ${names.join(' and ')} with apt-get …\n`)
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], options)
  return (
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options).status === 0
  )
}

/**
 * Environment for a child process that uses the GPU, or undefined after saying on stderr exactly what is missing.
 * With `install`, missing Debian packages are installed when running as root.
 */
export async function gpuEnvironment({ install = false, needsChromium = false } = {}) {
  let chromium = await findChromium()
  let driver = findDriver(chromium)
  const missing = () => [
    ...(needsChromium && !chromium ? ['chromium'] : []),
    ...(driver ? [] : ['chromium', 'libvulkan1']),
  ]
  if (install && missing().length > 0 && installPackages([...new Set(missing())])) {
    chromium = await findChromium()
    driver = findDriver(chromium)
  }
  if (missing().length > 0) {
    process.stderr.write(missingMessage(missing()))
    return undefined
  }
  process.stderr.write(`GPU driver: ${driver.name} (${driver.adapter})\n`)
  return { ...driver.env, ...(chromium ? { DECANT_CHROMIUM: chromium } : {}), DECANT_GPU_READY: '1' }
}

function missingMessage(names) {
  const wanted = [...new Set(names)]
  const lines = [
    wanted.includes('libvulkan1')
      ? 'No Vulkan driver here gives WebGPU an adapter.'
      : 'No Chromium was found, and the page’s tests need one.',
    `On Debian or Ubuntu:  sudo apt-get install ${wanted.join(' ')}`,
    'Elsewhere: install a Vulkan driver (Mesa 24 or newer) and set VK_DRIVER_FILES to its JSON file, and install Chromium and set DECANT_CHROMIUM to its path.',
  ]
  return `${lines.join('\n')}\n`
}

async function main(args) {
  const flags = new Set()
  while (args[0]?.startsWith('--')) {
    const flag = args.shift()
    if (flag === '--') break
    flags.add(flag)
  }
  const env = process.env.DECANT_GPU_READY
    ? {}
    : await gpuEnvironment({ install: flags.has('--install'), needsChromium: flags.has('--chromium') })
  if (!env) process.exit(MACHINE_AT_FAULT)
  const child = spawn(args[0], args.slice(1), { stdio: 'inherit', env: { ...process.env, ...env } })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${args[0]}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main(process.argv.slice(2))
