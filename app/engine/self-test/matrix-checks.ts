// Checks of matrix products, packed and float, of packing itself, and of gathering.

import { gatherReference, scatterReference } from '../../../kernels/gather/gather.ref.ts'
import { gatherColumns, gatherRows, scatterRows } from '../../../kernels/gather/gather.ts'
import { geluGradReference, geluReference } from '../../../kernels/gelu/gelu.ref.ts'
import { gemmInt4Reference } from '../../../kernels/gemm-int4/gemm-int4.ref.ts'
import { gemmInt4 } from '../../../kernels/gemm-int4/gemm-int4.ts'
import { gemmInt8Reference } from '../../../kernels/gemm-int8/gemm-int8.ref.ts'
import { type GemmInt8Form, gemmInt8, hasPackedDot } from '../../../kernels/gemm-int8/gemm-int8.ts'
import { possibleSharers } from '../../../kernels/lib/row-sharing.ts'
import { columnSumsReference, matmulReference } from '../../../kernels/matmul/matmul.ref.ts'
import { type MatmulShape, matmul } from '../../../kernels/matmul/matmul.ts'
import { dequantizeInt4, dequantizeRows, packInt4, quantizeRows } from '../../../kernels/quantize/quantize.ts'
import { type Bench, type Check, randomFloats, randomIntegers } from './bench.ts'

/**
 * The least that is cut into blocks, so that the pipelines compiled here are those that models run: rows for a whole block and a part,
 * sizes that are loaded four at a time.
 */
const BLOCKS = { rows: 20, cols: 36, inner: 8 }

function product(bench: Bench, shape: MatmulShape): void {
  const a = randomFloats(shape.rows * shape.inner, 1)
  const b = randomFloats(shape.inner * shape.cols, 2)
  const out = bench.floatsOf(matmulReference(a, b, shape).value)
  matmul(bench.gpu, { a: bench.floats(a), b: bench.floats(b), out }, shape)
}

/** A linear layer as the forward pass runs it: bias, GELU with the value before it, residual. */
function linearLayer(bench: Bench): void {
  const { rows, cols, inner } = BLOCKS
  const shape = { ...BLOCKS, form: 'NT', gelu: 'exact' } as const
  const [a, b] = [randomFloats(rows * inner, 3), randomFloats(cols * inner, 4)]
  const [bias, residual] = [randomFloats(cols, 5), randomFloats(rows * cols, 6)]
  const before = matmulReference(a, b, shape).value.map((value, i) => value + bias[i % cols]!)
  const after = before.map((value, i) => geluReference(value, 'exact') + residual[i]!)
  matmul(
    bench.gpu,
    {
      a: bench.floats(a),
      b: bench.floats(b),
      bias: bench.floats(bias),
      residual: bench.floats(residual),
      preactivation: bench.floatsOf(before),
      out: bench.floatsOf(after),
    },
    shape,
  )
}

/** The gradients of a linear layer's weight and bias. */
function weightAndBias(bench: Bench, { rows, inner }: { rows: number; inner: number }): void {
  const { cols } = BLOCKS
  const shape = { form: 'TN', rows, cols, inner } as const
  const [a, b] = [randomFloats(inner * rows, 1), randomFloats(inner * cols, 2)]
  const sums = columnSumsReference(a, { rows: inner, cols: rows }).value
  const tensors = { a: bench.floats(a), b: bench.floats(b) }
  const out = bench.floatsOf(matmulReference(a, b, shape).value)
  matmul(bench.gpu, { ...tensors, out, sums: bench.floatsOf(sums) }, shape)
}

/** The gradient of a linear layer's input, through the GELU that made it. */
function throughGelu(bench: Bench, gelu: 'exact' | 'tanh', rows: number): void {
  const { cols, inner } = BLOCKS
  const shape = { form: 'NN', rows, cols, inner, gelu } as const
  const [a, b] = [randomFloats(rows * inner, 3), randomFloats(inner * cols, 4)]
  const slopeAt = randomFloats(rows * cols, 7).map((value) => 4 * value)
  const product = matmulReference(a, b, shape).value
  const expected = product.map((value, i) => value * geluGradReference(slopeAt[i]!, gelu))
  const tensors = { a: bench.floats(a), b: bench.floats(b), slopeAt: bench.floats(slopeAt) }
  matmul(bench.gpu, { ...tensors, out: bench.floatsOf(expected) }, shape)
}

/** Codes of `bits` each, packed from the low end, rows filled up to whole words with `filler`. */
function pack(codes: ArrayLike<number>, cols: number, { bits, filler }: { bits: 8 | 4; filler: number }) {
  const perWord = 32 / bits
  const perRow = Math.ceil(cols / perWord)
  const words = new Uint32Array((codes.length / cols) * perRow)
  for (let r = 0; r < codes.length / cols; r++)
    for (let c = 0; c < perRow * perWord; c++) {
      const code = c < cols ? codes[r * cols + c]! : filler
      const place = r * perRow + Math.floor(c / perWord)
      words[place] = words[place]! | ((code & (2 ** bits - 1)) << ((c % perWord) * bits))
    }
  return words
}

const INT8 = { rows: 3, cols: 10 }
const INT4 = { rows: 3, cols: 19, groupSize: 8 }
/** Scales are powers of two and the largest code of a group is the largest there is, so the codes are known without rounding. */
const int8Scales = [0.5, 0.25, 2]
const int4Scales = [0.5, 1, 0.25, 2, 0.125, 1, 0.5, 4, 1]

function int8Codes(): Int32Array {
  const codes = randomIntegers(INT8.rows * INT8.cols, 8, [-126, 126])
  for (let r = 0; r < INT8.rows; r++) codes[r * INT8.cols + r] = r % 2 === 0 ? 127 : -127
  return codes
}

function int4Codes(): Int32Array {
  const codes = randomIntegers(INT4.rows * INT4.cols, 9, [-7, 7])
  for (let r = 0; r < INT4.rows; r++) for (const c of [1, 9, 17]) codes[r * INT4.cols + c] = c === 9 ? -7 : 7
  return codes
}

const int8Values = () =>
  int8Codes().reduce<number[]>((values, code, i) => {
    values.push(code * int8Scales[Math.floor(i / INT8.cols)]!)
    return values
  }, [])

const int4Values = () =>
  Array.from(int4Codes(), (code, i) => {
    const group = Math.floor((i % INT4.cols) / INT4.groupSize)
    return code * int4Scales[Math.floor(i / INT4.cols) * 3 + group]!
  })

const int8Words = () => pack(int8Codes(), INT8.cols, { bits: 8, filler: 0 })

/** Nibbles hold code + 8; groups are filled up with code 0. */
function int4Words(codes: ArrayLike<number>, cols: number, groupSize: number): Uint32Array {
  const width = Math.ceil(cols / groupSize) * groupSize
  const padded = Array.from({ length: (codes.length / cols) * width }, (_, i) =>
    i % width < cols ? codes[Math.floor(i / width) * cols + (i % width)]! + 8 : 8,
  )
  return pack(padded, width, { bits: 4, filler: 8 })
}

function packRows(bench: Bench): void {
  for (const sharers of possibleSharers(bench.gpu)) {
    const tensors = {
      x: bench.floats(int8Values()),
      codes: bench.wordsOf(int8Words()),
      scales: bench.floatsOf(int8Scales, 1e-6),
    }
    quantizeRows(bench.gpu, tensors, { ...INT8, sharers })
  }
}

function unpackRows(bench: Bench): void {
  const tensors = {
    codes: bench.words(int8Words()),
    scales: bench.floats(int8Scales),
    out: bench.floatsOf(int8Values()),
  }
  dequantizeRows(bench.gpu, tensors, INT8)
}

function packGroups(bench: Bench): void {
  const tensors = {
    x: bench.floats(int4Values()),
    codes: bench.wordsOf(int4Words(int4Codes(), INT4.cols, INT4.groupSize)),
    scales: bench.floatsOf(int4Scales, 1e-6),
  }
  packInt4(bench.gpu, tensors, INT4)
}

function unpackGroups(bench: Bench): void {
  const tensors = {
    codes: bench.words(int4Words(int4Codes(), INT4.cols, INT4.groupSize)),
    scales: bench.floats(int4Scales),
    out: bench.floatsOf(int4Values()),
  }
  dequantizeInt4(bench.gpu, tensors, INT4)
}

/** A browser without packed dot products checks the other form each time. */
function integerProduct(bench: Bench, wanted: GemmInt8Form): void {
  const form = hasPackedDot(bench.gpu) ? wanted : 'floats'
  const size = { rows: 5, cols: 7, inner: 18 }
  const codesA = Int8Array.from(randomIntegers(5 * 18, 10, [-127, 127]))
  const codesW = Int8Array.from(randomIntegers(7 * 18, 11, [-127, 127]))
  const [scalesA, scalesW, bias] = [randomFloats(5, 12), randomFloats(7, 13), randomFloats(7, 14)]
  const sums = gemmInt8Reference({ codesA, codesW, scalesA, scalesW }, size)
  gemmInt8(
    bench.gpu,
    {
      codesA: bench.words(pack(codesA, 18, { bits: 8, filler: 0 })),
      codesW: bench.words(pack(codesW, 18, { bits: 8, filler: 0 })),
      scalesA: bench.floats(scalesA),
      scalesW: bench.floats(scalesW),
      bias: bench.floats(bias),
      out: bench.floatsOf(
        sums.map((sum, i) => sum + bias[i % 7]!),
        1e-6,
      ),
    },
    { ...size, form },
  )
}

function groupedProduct(bench: Bench): void {
  const size = { rows: 5, cols: 7, inner: 19, groupSize: 8 }
  const codes = randomIntegers(7 * 19, 15, [-8, 7])
  const [a, scales, residual] = [randomFloats(5 * 19, 16), randomFloats(7 * 3, 17), randomFloats(5 * 7, 18)]
  const { value } = gemmInt4Reference({ a, codes, scales }, size)
  gemmInt4(
    bench.gpu,
    {
      a: bench.floats(a),
      codesW: bench.words(int4Words(codes, 19, 8)),
      scalesW: bench.floats(scales),
      residual: bench.floats(residual),
      out: bench.floatsOf(value.map((sum, i) => sum + residual[i]!)),
    },
    size,
  )
}

const ROWS = [3, 0, 2]
const COLUMNS = [6, 1, 2, 4]

function takeRows(bench: Bench): void {
  const x = randomFloats(4 * 7, 19)
  const out = bench.floatsOf(gatherReference(x, 7, ROWS, [...Array(7).keys()]), 0)
  gatherRows(bench.gpu, { x: bench.floats(x), indices: bench.words(ROWS), out }, { rows: 3, cols: 7 })
}

function takeColumns(bench: Bench): void {
  const x = randomFloats(5 * 7, 20)
  const out = bench.floatsOf(gatherReference(x, 7, [...Array(5).keys()], COLUMNS), 0)
  const sizes = { rows: 5, cols: 4, sourceCols: 7 }
  gatherColumns(bench.gpu, { x: bench.floats(x), indices: bench.words(COLUMNS), out }, sizes)
}

function putRows(bench: Bench): void {
  const [x, before] = [randomFloats(3 * 7, 21), randomFloats(4 * 7, 22)]
  const out = bench.becomes(bench.floats(before), scatterReference(x, 7, ROWS, before), 0)
  scatterRows(bench.gpu, { x: bench.floats(x), indices: bench.words(ROWS), out }, { rows: 3, cols: 7 })
}

export const MATRIX_CHECKS: readonly Check[] = [
  // Few rows, which all forms multiply in the same way.
  {
    name: 'matmul NN',
    run: (bench) => product(bench, { form: 'NN', rows: 3, cols: 7, inner: 9 }),
    isForward: true,
  },
  { name: 'matmul NT', run: linearLayer, isForward: true },
  // Long enough to be summed in slices, as gradients of weights are.
  { name: 'matmul TN', run: (bench) => weightAndBias(bench, { rows: BLOCKS.rows, inner: 1032 }) },
  { name: 'matmul TN, odd', run: (bench) => weightAndBias(bench, { rows: 9, inner: 71 }) },
  { name: 'matmul NN, slope of GELU', run: (bench) => throughGelu(bench, 'exact', BLOCKS.rows) },
  { name: 'matmul NN, slope of GELU tanh, few rows', run: (bench) => throughGelu(bench, 'tanh', 3) },
  { name: 'quantize INT8', run: packRows },
  { name: 'dequantize INT8', run: unpackRows },
  { name: 'quantize INT4', run: packGroups },
  { name: 'dequantize INT4', run: unpackGroups },
  { name: 'gemm-int8', run: (bench) => integerProduct(bench, 'dots') },
  { name: 'gemm-int8 in workgroups', run: (bench) => integerProduct(bench, 'workgroups') },
  { name: 'gemm-int8 in floats', run: (bench) => integerProduct(bench, 'floats') },
  { name: 'gemm-int4', run: groupedProduct },
  { name: 'gather rows', run: takeRows, isForward: true },
  { name: 'gather columns', run: takeColumns },
  { name: 'scatter rows', run: putRows },
]
