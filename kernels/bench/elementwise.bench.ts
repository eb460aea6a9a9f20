// What memory bounds: layer norm, GELU, the distillation loss with its gradient, AdamW; rates are of the bytes that must move.
import { adamwReference } from '../adamw/adamw.ref.ts'
import { geluReference } from '../gelu/gelu.ref.ts'
import { layerNormReference } from '../layernorm/layernorm.ref.ts'
import { softmaxKlReference } from '../softmax-kl/softmax-kl.ref.ts'
import { chosenError, randomFloats } from './check.ts'
import type { BenchCase, BenchSize, Family } from './family.ts'

const FLOAT_BYTES = 4
/** Values read and written per element, at least. */
const MOVED = { gelu: 2, 'layer-norm': 2, 'softmax-kl': 3, adamw: 7 }
const EPSILON = 1e-5
const TEMPERATURE = 2
const ADAMW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }

const rowAt = (values: Float32Array, row: number, cols: number) =>
  Array.from(values.subarray(row * cols, (row + 1) * cols))

function layerNormCase(rows: number, cols: number): BenchCase {
  return {
    name: `layer norm ${rows} × ${cols}`,
    work: MOVED['layer-norm'] * FLOAT_BYTES * rows * cols,
    build: async () => {
      const [x, gamma, beta] = [
        randomFloats(rows * cols, 1),
        randomFloats(cols, 2).map((value) => 1 + value / 4),
        randomFloats(cols, 3),
      ] as const
      const expected = (at: number) => {
        const row = rowAt(x, Math.floor(at / cols), cols)
        return layerNormReference({ x: row, gamma, beta, cols, epsilon: EPSILON }).out[at % cols]!
      }
      return {
        task: { kind: 'layer-norm', rows, cols, x, gamma, beta, epsilon: EPSILON },
        check: (output) => chosenError(output, { count: rows * cols, expected, allowed: 2e-5 }),
      }
    },
  }
}

function geluCase(rows: number, cols: number): BenchCase {
  return {
    name: `GELU ${rows} × ${cols}`,
    work: MOVED.gelu * FLOAT_BYTES * rows * cols,
    build: async () => {
      const x = randomFloats(rows * cols, 4).map((value) => 4 * value)
      const unused = new Float32Array()
      const expected = (at: number) => geluReference(x[at]!, 'exact')
      return {
        task: { kind: 'gelu', rows, cols, x, gamma: unused, beta: unused, epsilon: 0 },
        check: (output) => chosenError(output, { count: rows * cols, expected, allowed: 2e-5 }),
      }
    },
  }
}

function softmaxKlCase(rows: number, cols: number): BenchCase {
  return {
    name: `softmax-KL and gradient ${rows} × ${cols}`,
    work: MOVED['softmax-kl'] * FLOAT_BYTES * rows * cols,
    build: async () => {
      const teacher = randomFloats(rows * cols, 5).map((value) => 6 * value)
      const student = randomFloats(rows * cols, 6).map((value) => 6 * value)
      const expected = (at: number) => {
        const row = Math.floor(at / cols)
        const options = { temperature: TEMPERATURE, scale: 1 / rows }
        return softmaxKlReference(rowAt(teacher, row, cols), rowAt(student, row, cols), options).grad[
          at % cols
        ]!
      }
      const allowed = (2e-5 * TEMPERATURE) / rows
      return {
        task: { kind: 'softmax-kl', rows, cols, temperature: TEMPERATURE, teacher, student },
        check: (output) => chosenError(output, { count: rows * cols, expected, allowed }),
      }
    },
  }
}

function adamwCase(count: number): BenchCase {
  return {
    name: `AdamW ${count / 2 ** 20} Mi`,
    work: MOVED.adamw * FLOAT_BYTES * count,
    build: async () => {
      const [parameter, gradient] = [randomFloats(count, 7), randomFloats(count, 8)]
      const expected = (at: number) => {
        const state = { parameter: [parameter[at]!], momentum: [0], variance: [0] }
        return adamwReference(state, [gradient[at]!], 0, { ...ADAMW, step: 1, clipNorm: 1e30 }).parameter[0]!
      }
      return {
        task: { kind: 'adamw', count, parameter, gradient, settings: ADAMW },
        check: (output) => chosenError(output, { count, expected, allowed: 1e-6 }),
      }
    },
  }
}

function cases(size: BenchSize): BenchCase[] {
  const rows = size === 'small' ? 1024 : 8192
  return [
    layerNormCase(rows, 384),
    geluCase(rows, 1536),
    softmaxKlCase(rows, 77),
    adamwCase((size === 'small' ? 1 : 16) * 2 ** 20),
  ]
}

const elementwise: Family = {
  id: 'elementwise',
  title: 'Memory-bound kernels',
  unit: { name: 'GB/s', scale: 1e9 },
  roof: 'copy',
  cases,
}

export default elementwise
