// Builds the studio, the engine's worker and (with --ssr) the command line; serves with the CSP; runs the unit tests.
import { readdir, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every response, the worker's script included: a page's policy does not cover its workers. */
function setHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
}

const securityHeaders: Plugin = {
  name: 'decant:security-headers',
  configurePreviewServer(server) {
    server.middlewares.use((_request, response, next) => {
      setHeaders(response)
      next()
    })
  },
}

/** `public/sample` holds the scripts that make it beside what they make; only the latter is served. */
const withoutScripts: Plugin = {
  name: 'decant:without-scripts',
  apply: 'build',
  async closeBundle() {
    const folder = join('dist', 'sample')
    for (const file of await readdir(folder).catch(() => []))
      if (file.endsWith('.ts')) await rm(join(folder, file))
  },
}

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react(), securityHeaders, withoutScripts],
  worker: { format: 'es' },
  build: { target: 'es2022', copyPublicDir: !isSsrBuild },
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
}))
