// Builds the studio, the engine's worker and (with --ssr) the command line; runs the unit tests.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2022' },
  ssr: {
    external: ['webgpu', 'onnxruntime-node'],
    noExternal: ['@huggingface/tokenizers', '@bufbuild/protobuf', 'papaparse'],
  },
  test: {
    include: ['kernels/**/*.test.ts', 'app/**/*.test.ts', 'public/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
