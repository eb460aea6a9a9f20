// Both ways to multiply by 4-bit weights give the same bits, on graphics cards but for the rounding of their epilogues, which those
// drivers contract each in its own way; each kernel has its own tests against f64.
import { expect, test } from 'vitest'
import { gemmInt4 } from '../../../kernels/gemm-int4/gemm-int4.ts'
import { packInt4 } from '../../../kernels/quantize/quantize.ts'
import { runsOnCpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, read, release, upload } from '../../../kernels/runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  randomValues,
  readGuarded,
  testGpu,
} from '../../../kernels/runtime/testing.ts'
import { multiplyInt4 } from './linear-int4.ts'

test.each([
  [5, 32, 50],
  [67, 32, 50],
  [40, 64, 256],
])('%i rows, groups of %i, inner %i', async (rows, groupSize, inner) => {
  const gpu = await testGpu()
  const cols = 37
  const floats = (count: number, seed: number) =>
    upload(gpu, 'f32', randomValues(count, seed), { owner: 'test' })
  const groups = Math.ceil(inner / groupSize)
  const weight = floats(cols * inner, 1)
  const codesW = createTensor(gpu, 'u32', [(cols * groups * groupSize) / 8], 'test')
  const scalesW = createTensor(gpu, 'f32', [cols * groups], 'test')
  packInt4(gpu, { x: weight, codes: codesW, scales: scalesW }, { rows: cols, cols: inner, groupSize })
  const [a, bias, residual] = [floats(rows * inner, 2), floats(cols, 3), floats(rows * cols, 4)]
  const inputs = { a, codesW, scalesW, bias, residual }
  const out = guardedTensor(gpu, 'f32', [rows, cols])
  const packed = createTensor(gpu, 'f32', [rows, cols], 'test')
  const shape = { rows, cols, inner, groupSize, gelu: 'exact' } as const
  multiplyInt4(gpu, { ...inputs, out }, shape)
  gemmInt4(gpu, { ...inputs, out: packed }, shape)
  const [unpackedValues, packedValues] = [await readGuarded(gpu, out), await read(gpu, packed)]
  if (runsOnCpu(gpu.adapter)) expect(unpackedValues).toEqual(packedValues)
  const largest = packedValues.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(maxError(unpackedValues, packedValues)).toBeLessThan(4 * 2 ** -24 * largest)
  release(gpu, weight, out, packed, ...Object.values(inputs))
})
