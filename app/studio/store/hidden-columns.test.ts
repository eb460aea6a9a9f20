// Hidden columns: remembered, and no worse than forgotten where the browser keeps nothing.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readHiddenColumns, writeHiddenColumns } from './hidden-columns.ts'

describe('hidden columns', () => {
  const kept = new Map<string, string>()
  beforeEach(() => {
    kept.clear()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  it('come back as they were written, and leave nothing behind once all are shown', () => {
    writeHiddenColumns(['kl', 'macro_f1'])
    expect(readHiddenColumns()).toEqual(['kl', 'macro_f1'])
    writeHiddenColumns([])
    expect(kept.size).toBe(0)
    expect(readHiddenColumns()).toEqual([])
  })

  it.each(['{', '"kl"', '[1, null, "kl"]'])('ignore what something else wrote: %s', (text) => {
    writeHiddenColumns(['bytes'])
    for (const key of kept.keys()) kept.set(key, text)
    expect(readHiddenColumns()).toEqual(text.startsWith('[') ? ['kl'] : [])
  })

  it('do not fail where the browser refuses to keep anything', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
    expect(() => writeHiddenColumns(['kl'])).not.toThrow()
    expect(readHiddenColumns()).toEqual([])
  })
})
