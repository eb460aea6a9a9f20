// Embedding lookups and gradients on a real device against f64.
import { expect, test } from 'vitest'
import { read, upload, zeros } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { embedGradReference, embedReference } from './embedding.ref.ts'
import {
  EMBED_GRAD_UNIT,
  EMBED_TOLERANCE,
  embed,
  embedGrad,
  embedInt8,
  positionGrad,
  sortSegments,
} from './embedding.ts'

const VOCABULARY = 11

function example(rows: number, tokens: number, cols: number) {
  const ids = Uint32Array.from(randomValues(rows, rows + cols), (v) => Math.floor(Math.abs(v) * VOCABULARY))
  return {
    ids,
    word: randomValues(VOCABULARY * cols, 1),
    position: randomValues((tokens + 2) * cols, 2),
    type: randomValues(2 * cols, 3),
    gradOut: randomValues(rows * cols, 4),
    tokens,
    cols,
  }
}

const shapes = [
  [1, 1, 1],
  [6, 3, 4],
  [10, 5, 7],
  [65, 13, 12],
  [2, 1, 129],
] as const

async function forward(e: ReturnType<typeof example>, hasType: boolean) {
  const gpu = await testGpu()
  const rows = e.ids.length
  const on = (data: Float32Array<ArrayBuffer>) => upload(gpu, 'f32', data, { owner: 'test' })
  const ids = upload(gpu, 'u32', e.ids, { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [rows, e.cols])
  const type = hasType ? { type: on(e.type) } : {}
  embed(gpu, { ids, word: on(e.word), position: on(e.position), ...type, out }, { rows, ...e })
  return readGuarded(gpu, out)
}

test.each(shapes)('lookup of %i rows, %i tokens, %i columns matches f64', async (rows, tokens, cols) => {
  const e = example(rows, tokens, cols)
  for (const hasType of [true, false]) {
    const expected = embedReference({ ...e, type: hasType ? e.type : undefined })
    expect(maxError(await forward(e, hasType), expected)).toBeLessThan(3 * EMBED_TOLERANCE)
  }
})

test.each(shapes)('int8 lookup of %i rows, %i tokens, %i columns matches f64', async (rows, tokens, cols) => {
  const gpu = await testGpu()
  const e = example(rows, tokens, cols)
  const words = Math.ceil(cols / 4)
  const bytes = new Int8Array(VOCABULARY * words * 4)
  const scales = randomValues(VOCABULARY, 5, 0.01).map(Math.abs)
  const word = new Float64Array(VOCABULARY * cols)
  for (let r = 0; r < VOCABULARY; r++)
    for (let c = 0; c < cols; c++) {
      bytes[r * words * 4 + c] = Math.round(randomValues(1, 31 * r + c)[0]! * 127)
      word[r * cols + c] = bytes[r * words * 4 + c]! * scales[r]!
    }
  const codes = upload(gpu, 'u32', new Uint32Array(bytes.buffer), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [rows, cols])
  const on = (data: Float32Array<ArrayBuffer>) => upload(gpu, 'f32', data, { owner: 'test' })
  const ids = upload(gpu, 'u32', e.ids, { owner: 'test' })
  const tensors = { ids, codes, scales: on(scales), position: on(e.position), type: on(e.type), out }
  embedInt8(gpu, tensors, { rows, tokens, cols })
  expect(maxError(await readGuarded(gpu, out), embedReference({ ...e, word }))).toBeLessThan(
    4 * EMBED_TOLERANCE,
  )
})

test('the reference gradients are finite differences', () => {
  const e = example(6, 3, 2)
  const expected = embedGradReference(e.gradOut, e, { word: VOCABULARY, position: 5, type: 2 })
  const loss = (tables: Partial<Record<'word' | 'position' | 'type', ArrayLike<number>>>) =>
    embedReference({ ...e, ...tables }).reduce((sum, y, i) => sum + y * e.gradOut[i]!, 0)
  for (const name of ['word', 'position', 'type'] as const) {
    const numeric = numericalGradient((at) => loss({ [name]: at }), Float64Array.from(e[name]))
    expect(maxError(numeric, expected[name])).toBeLessThan(1e-9)
  }
})

async function backward(e: ReturnType<typeof example>) {
  const gpu = await testGpu()
  const { order, starts, segmentIds } = sortSegments(e.ids)
  const on = (data: Uint32Array<ArrayBuffer>) => upload(gpu, 'u32', data, { owner: 'test' })
  const gradOut = upload(gpu, 'f32', e.gradOut, { owner: 'test' })
  const gradWord = zeros(gpu, 'f32', [VOCABULARY, e.cols], 'test')
  const gradPosition = guardedTensor(gpu, 'f32', [e.tokens, e.cols])
  const gradType = guardedTensor(gpu, 'f32', [1, e.cols])
  embedGrad(
    gpu,
    { gradOut, order: on(order), starts: on(starts), segmentIds: on(segmentIds), gradWord },
    { segments: segmentIds.length, cols: e.cols },
  )
  positionGrad(
    gpu,
    { gradOut, gradPosition, gradType },
    { batch: e.ids.length / e.tokens, tokens: e.tokens, cols: e.cols },
  )
  return {
    word: await read(gpu, gradWord),
    position: await readGuarded(gpu, gradPosition),
    type: await readGuarded(gpu, gradType),
  }
}

test.each(shapes)('gradients of %i rows, %i tokens, %i columns match f64', async (rows, tokens, cols) => {
  const e = example(rows, tokens, cols)
  const expected = embedGradReference(e.gradOut, e, { word: VOCABULARY, position: tokens, type: 1 })
  const actual = await backward(e)
  for (const name of ['word', 'position', 'type'] as const)
    expect(maxError(actual[name], expected[name]), name).toBeLessThan(rows * rows * EMBED_GRAD_UNIT)
  expect(await backward(e)).toEqual(actual)
})

test('a table row whose id does not occur is not written, and nothing around the table is', async () => {
  const gpu = await testGpu()
  const gradOut = upload(gpu, 'f32', Float32Array.of(1, 2, 3, 4), { owner: 'test' })
  const { order, starts, segmentIds } = sortSegments(Uint32Array.of(2, 2))
  const on = (data: Uint32Array<ArrayBuffer>) => upload(gpu, 'u32', data, { owner: 'test' })
  const gradWord = guardedTensor(gpu, 'f32', [4, 2])
  embedGrad(
    gpu,
    { gradOut, order: on(order), starts: on(starts), segmentIds: on(segmentIds), gradWord },
    { segments: 1, cols: 2 },
  )
  const words = await readGuarded(gpu, gradWord)
  expect([...words.subarray(4, 6)]).toEqual([4, 6])
  expect(new Set([...words.subarray(0, 4), ...words.subarray(6)]).size).toBe(1)
})

test('segments list every row once, by id, in order', () => {
  const { order, starts, segmentIds } = sortSegments(Uint32Array.of(5, 0, 5, 3, 0, 5))
  expect([...segmentIds]).toEqual([0, 3, 5])
  expect([...order]).toEqual([1, 4, 3, 0, 2, 5])
  expect([...starts]).toEqual([0, 2, 3, 6])
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const rows = 65_536 * 64 + 5
  const e = { ...example(1, 1, 1), ids: new Uint32Array(rows).fill(3) }
  const expected = embedReference({ ...e, ids: [3] })[0]!
  expect((await forward(e, true)).every((y) => Math.abs(y - expected) < 1e-6)).toBe(true)
})
