// Gather and scatter against plain indexing, exactly.
import { describe, expect, test } from 'vitest'
import { release, upload, write } from '../runtime/tensor.ts'
import { guardedTensor, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { gatherReference, scatterReference } from './gather.ref.ts'
import { gatherColumns, gatherRows, moveRows, scatterRows } from './gather.ts'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const pick = (count: number, from: number) => range(count).map((i) => (i * 7 + 3) % from)

describe.each([
  [1, 1, 1],
  [7, 13, 5],
  [64, 8, 9],
  [65, 17, 31],
  [70_001, 3, 11],
])('%i rows of %i columns out of %i', (rows, cols, source) => {
  test('gathered rows equal indexing', async () => {
    const gpu = await testGpu()
    const values = randomValues(source * cols, 1)
    const picked = pick(rows, source)
    const x = upload(gpu, 'f32', values, { owner: 'test' })
    const indices = upload(gpu, 'u32', Uint32Array.from(picked), { owner: 'test' })
    const out = guardedTensor(gpu, 'f32', [rows, cols])
    gatherRows(gpu, { x, indices, out }, { rows, cols })
    const expected = Float32Array.from(gatherReference(values, cols, picked, range(cols)))
    expect(await readGuarded(gpu, out)).toEqual(expected)
    release(gpu, x, indices, out)
  })

  test('gathered columns equal indexing', async () => {
    const gpu = await testGpu()
    const values = randomValues(rows * source, 2)
    const picked = pick(cols, source)
    const x = upload(gpu, 'f32', values, { owner: 'test' })
    const indices = upload(gpu, 'u32', Uint32Array.from(picked), { owner: 'test' })
    const out = guardedTensor(gpu, 'f32', [rows, cols])
    gatherColumns(gpu, { x, indices, out }, { rows, cols, sourceCols: source })
    const expected = Float32Array.from(gatherReference(values, source, range(rows), picked))
    expect(await readGuarded(gpu, out)).toEqual(expected)
    release(gpu, x, indices, out)
  })
})

test('scattered rows land at their places and leave the others alone', async () => {
  const gpu = await testGpu()
  const values = randomValues(3 * 5, 3)
  const before = randomValues(9 * 5, 4)
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const indices = upload(gpu, 'u32', Uint32Array.of(8, 0, 4), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [9, 5])
  write(gpu, out, before)
  scatterRows(gpu, { x, indices, out }, { rows: 3, cols: 5 })
  expect(await readGuarded(gpu, out)).toEqual(
    Float32Array.from(scatterReference(values, 5, [8, 0, 4], before)),
  )
  release(gpu, x, indices, out)
})

test('moved rows come from and land at their places, and leave the others alone', async () => {
  const gpu = await testGpu()
  const [values, before] = [randomValues(6 * 9, 3), randomValues(4 * 9, 4)]
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const from = upload(gpu, 'u32', Uint32Array.of(5, 0, 5), { owner: 'test' })
  const to = upload(gpu, 'u32', Uint32Array.of(3, 1, 0), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [4, 9])
  write(gpu, out, before)
  moveRows(gpu, { x, from, to, out }, { rows: 3, cols: 9 })
  const moved = gatherReference(values, 9, [5, 0, 5], range(9))
  expect(await readGuarded(gpu, out)).toEqual(
    Float32Array.from(scatterReference(moved, 9, [3, 1, 0], before)),
  )
  release(gpu, x, from, to, out)
})
