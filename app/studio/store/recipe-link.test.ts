// Recipe links: the same text back, short, safe in an address; damaged ones are refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recipeHash, recipeOfHash } from './recipe-link.ts'

describe('a recipe link', () => {
  it('gives back the text, in characters that an address may hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3000 }), async (text) => {
        const hash = await recipeHash(text)
        expect(hash).toMatch(/^#recipe=[A-Za-z0-9_-]*$/)
        expect(await recipeOfHash(hash)).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  it('is absent from other hashes', async () => {
    expect(await recipeOfHash('#export')).toBeUndefined()
  })

  it('is refused when it is damaged, or unpacks to too much', async () => {
    await expect(recipeOfHash('#recipe=%%%')).rejects.toThrow()
    await expect(recipeOfHash('#recipe=AAAA')).rejects.toThrow()
    await expect(recipeOfHash(await recipeHash('a'.repeat(200_000)))).rejects.toThrow('100000 bytes')
  })
})
