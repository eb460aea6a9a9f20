// Builds the studio, the engine's worker and (with --ssr) the command line; serves with the CSP; runs the unit tests.
import { readdir, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  // The Hub and the hosts that it sends downloads and uploads to; nothing is asked of them unless the user names a repository.
  "connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co https://hf-hub-lfs-us-east-1.s3-accelerate.amazonaws.com",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The scripts that run ONNX Runtime may compile WebAssembly; nothing else may. */
const ONNX_RUNTIME = /^\/assets\/onnxruntime-(wasm|webgpu)-worker-[\w-]+\.js$/
const WITH_WASM = CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")

/** Headers of every response, the worker's script included: a page's policy does not cover its workers. */
function setHeaders(response: ServerResponse, path: string): void {
  response.setHeader('Content-Security-Policy', ONNX_RUNTIME.test(path) ? WITH_WASM : CONTENT_SECURITY_POLICY)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
}

const securityHeaders: Plugin = {
  name: 'decant:security-headers',
  configurePreviewServer(server) {
    server.middlewares.use(({ url = '' }, response, next) => {
      setHeaders(response, url.split('?')[0]!)
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

/**
 * The page and the sample work offline from the second visit. A new version waits until the page is closed: it must not reload a
 * page that trains.
 */
const offline = VitePWA({
  registerType: 'prompt',
  injectRegister: null,
  manifest: {
    name: 'Decant',
    short_name: 'Decant',
    description: 'Distill, prune and quantize a text classifier on your own GPU, in the browser.',
    theme_color: '#8a1f43',
    background_color: '#f7f4ef',
    display: 'standalone',
    icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
  },
  workbox: {
    globPatterns: ['**/*.{html,js,css,svg}', 'sample/**/*'],
    globIgnores: ['**/*.ts', '**/ort*', '**/onnxruntime-webgpu*'],
    maximumFileSizeToCacheInBytes: 5_000_000,
    cleanupOutdatedCaches: true,
    // 14 MB, or 27 for WebGPU, that only checking an export needs: kept once it was fetched.
    runtimeCaching: [
      {
        urlPattern: /\/assets\/(ort-wasm[\w-]+\.wasm|onnxruntime-webgpu[\w-]+\.js)$/,
        handler: 'CacheFirst',
        options: { cacheName: 'onnx-runtime', expiration: { maxEntries: 3 } },
      },
    ],
  },
})

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react(), securityHeaders, withoutScripts, ...(isSsrBuild ? [] : [offline])],
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
