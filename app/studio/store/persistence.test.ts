// When the browser is asked to keep what this page stores.
import { afterEach, expect, it, vi } from 'vitest'
import { askToKeepDownload, askToKeepStorage } from './persistence.ts'

afterEach(() => vi.unstubAllGlobals())

it('asks before a big download, not before a small one, and takes a refusal without a word', async () => {
  const persist = vi.fn(() => Promise.reject(new DOMException('no', 'NotAllowedError')))
  vi.stubGlobal('navigator', { storage: { persist } })
  askToKeepDownload(1e6)
  expect(persist).not.toHaveBeenCalled()
  askToKeepDownload(438e6)
  expect(persist).toHaveBeenCalledTimes(1)
  await new Promise((resolve) => setTimeout(resolve))
})

it('asks nothing of a browser that cannot keep', () => {
  vi.stubGlobal('navigator', {})
  expect(() => askToKeepStorage()).not.toThrow()
})
