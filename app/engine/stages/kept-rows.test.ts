// Rows kept by text: what was put comes back at any stride, zeros between; texts that do not fit a chunk begin the next one.
import { expect, test } from 'vitest'
import { read, release, upload } from '../../../kernels/runtime/tensor.ts'
import { testGpu } from '../../../kernels/runtime/testing.ts'
import { KeptRows, placesOf } from './kept-rows.ts'

test('rows come back by text, with zeros where none are', async () => {
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const kept = new KeptRows(gpu, [1, 3, 2], { cols: 2, keys: [4, 9], owner: 'test' })
  const x = upload(
    gpu,
    'f32',
    Float32Array.from({ length: 12 }, (_, i) => i + 1),
    {
      owner: 'test',
      shape: [6, 2],
    },
  )
  const doubled = upload(
    gpu,
    'f32',
    Float32Array.from({ length: 12 }, (_, i) => 2 * (i + 1)),
    {
      owner: 'test',
      shape: [6, 2],
    },
  )
  kept.put(
    [2, 1],
    new Map([
      [4, x],
      [9, doubled],
    ]),
    3,
  )
  expect(kept.hasAll([1, 2])).toBe(true)
  expect(kept.hasAll([0, 1])).toBe(false)
  const again = kept.take([1, 2], 4, 'test')
  const expected = [7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]
  expect([...(await read(gpu, again.get(4)!))]).toEqual(expected)
  expect([...(await read(gpu, again.get(9)!))]).toEqual(expected.map((value) => 2 * value))
  release(gpu, x, doubled, ...again.values())
  kept.release()
  expect(gpu.pool.ledger.now).toBe(before)
})

test('each text lies within one chunk', () => {
  const { places, sizes } = placesOf([4, 3, 3, 10, 1], 10)
  expect(places).toEqual([
    { chunk: 0, row: 0 },
    { chunk: 0, row: 4 },
    { chunk: 0, row: 7 },
    { chunk: 1, row: 0 },
    { chunk: 2, row: 0 },
  ])
  expect(sizes).toEqual([10, 10, 1])
})
