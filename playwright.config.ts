// Stories of the page: a real Chromium on the built studio, with WebGPU on its own software adapter.
import { defineConfig } from '@playwright/test'

const PORT = 4173
const chromium = process.env.DECANT_CHROMIUM
if (!chromium)
  throw new Error('DECANT_CHROMIUM names no Chromium; run the stories with `npm run e2e`, which finds one.')

export default defineConfig({
  testDir: 'e2e',
  workers: 2,
  fullyParallel: true,
  projects: [
    { name: 'stories', grepInvert: /@alone/ },
    { name: 'alone', grep: /@alone/, workers: 1, dependencies: ['stories'] },
  ],
  retries: 0,
  reporter: 'list',
  timeout: 600_000,
  expect: { timeout: 120_000 },
  use: {
    baseURL: `http://localhost:${PORT}`,
    viewport: { width: 1440, height: 900 },
    // Files that a service worker kept would hide what a story asks of the server.
    serviceWorkers: 'block',
    trace: 'off',
    // A spinner that turns is drawn on the cores that the software adapter computes on.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--enable-features=Vulkan',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: {
    command: `npx vite build --logLevel warn && npx vite preview --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}`,
    timeout: 180_000,
  },
})
