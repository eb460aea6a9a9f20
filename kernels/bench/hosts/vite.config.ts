// Builds the benchmark: a page by default, one file for Node with `--ssr`. What it loads while running lies beside: `ort/`, `sample/`.
import { copyFile, cp, mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const ROOT = resolve(import.meta.dirname, '../../..')
const RUNTIME_FILES = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify']
const PACKAGES = ['onnxruntime-web', '@tensorflow/tfjs-backend-webgpu', '@jax-js/jax', 'webgpu']

async function versions(): Promise<Record<string, string>> {
  const entries = PACKAGES.map(async (name) => {
    const text = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
    return [name, (JSON.parse(text) as { version: string }).version] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Puts ONNX Runtime's WebAssembly and the sample model beside what was built. */
function besideFiles(outDir: () => string): Plugin {
  return {
    name: 'decant:bench-files',
    async closeBundle() {
      const from = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'))
      await mkdir(join(outDir(), 'ort'), { recursive: true })
      for (const name of RUNTIME_FILES)
        for (const ending of ['mjs', 'wasm'])
          await copyFile(join(from, `${name}.${ending}`), join(outDir(), 'ort', `${name}.${ending}`))
      await cp(join(ROOT, 'public/sample/model'), join(outDir(), 'sample/model'), { recursive: true })
    },
  }
}

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}
/** ONNX Runtime's build that loads its WebAssembly from where it is told, instead of carrying a script inside. */
const EXTERNAL_WASM = 'onnxruntime-web-use-extern-wasm'

export default defineConfig(async ({ isSsrBuild }) => {
  let outDir = ''
  const noteOutDir: Plugin = {
    name: 'decant:note-out-dir',
    configResolved: (config) => {
      outDir = resolve(config.root, config.build.outDir)
    },
  }
  const conditions = [EXTERNAL_WASM, 'module', 'browser', 'production', 'import', 'default']
  return {
    root: import.meta.dirname,
    publicDir: false as const,
    plugins: [noteOutDir, besideFiles(() => outDir)],
    define: { __BENCH_VERSIONS__: JSON.stringify(await versions()) },
    resolve: { conditions },
    build: {
      target: 'es2022',
      emptyOutDir: true,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: isSsrBuild
        ? { output: { codeSplitting: false, entryFileNames: 'bench.js' } }
        : { input: join(import.meta.dirname, 'bench.html') },
    },
    // Shared memory, so that rivals on the CPU may use threads.
    preview: { headers: ISOLATED },
    ssr: {
      noExternal: true as const,
      external: ['webgpu'],
      resolve: { conditions, externalConditions: conditions },
    },
  }
})
