// The benchmark in a browser: a button for people, and `decantBench` for the script that drives the page.
import { browserName } from '../browser-name.ts'
import type { BenchHost } from '../contender.ts'
import { type BenchReport, reportText } from '../report.ts'
import { type BenchOptions, runBench } from '../run-bench.ts'
import { contendersOf } from './contenders.ts'
import { versions } from './versions.ts'

/** What the script asks for; contenders are named by their ids. */
type Asked = Pick<BenchOptions, 'size' | 'families' | 'cases'> & { readonly contenders?: readonly string[] }

declare global {
  interface Window {
    decantBench?: (asked: Asked, driver: string) => Promise<{ report: BenchReport; text: string }>
  }
}

const output = document.querySelector<HTMLElement>('#output')!
const address = (path: string) => new URL(path, location.href).href

async function run({ contenders, ...options }: Asked, driver: string) {
  if (!navigator.gpu) throw new Error('This browser has no WebGPU.')
  const host: BenchHost = {
    gpu: navigator.gpu,
    versions,
    platform: {
      runtime: browserName(navigator.userAgent),
      driver,
      processors: navigator.hardwareConcurrency,
    },
    address,
    readFile: async (path) => {
      const response = await fetch(address(path))
      if (!response.ok) throw new Error(`${path} did not load (${response.status})`)
      return new Uint8Array(await response.arrayBuffer())
    },
    log: (line) => {
      output.textContent += `${line}\n`
      // biome-ignore lint/suspicious/noConsole: the script that drives the page listens to the console
      console.info(line)
    },
  }
  const report = await runBench(host, { ...options, contenders: contendersOf(contenders) })
  const text = reportText(report)
  output.textContent = text
  return { report, text }
}

window.decantBench = run
document.querySelector('#run')!.addEventListener('click', async ({ currentTarget }) => {
  const button = currentTarget as HTMLButtonElement
  button.disabled = true
  output.textContent = ''
  try {
    await run({}, 'driver unknown')
  } catch (error) {
    output.textContent += String(error)
  }
  button.disabled = false
})
