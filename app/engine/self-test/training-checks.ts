// Checks of losses, importance sums and the optimizer, each against its formula written out.
import { adamw } from '../../../kernels/adamw/adamw.ts'
import { crossEntropy } from '../../../kernels/cross-entropy/cross-entropy.ts'
import { headImportance } from '../../../kernels/head-importance/head-importance.ts'
import { hiddenMse } from '../../../kernels/hidden-mse/hidden-mse.ts'
import { neuronImportance } from '../../../kernels/neuron-importance/neuron-importance.ts'
import { gradientNorm, lossSum } from '../../../kernels/reduce/reduce.ts'
import { ARENA_GRAIN } from '../../../kernels/runtime/arena.ts'
import { softmaxKl } from '../../../kernels/softmax-kl/softmax-kl.ts'
import { type Bench, type Check, randomFloats } from './bench.ts'

const ROWS = 5
const CLASSES = 7
const range = (count: number) => [...Array(count).keys()]
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Row r of a matrix as plain numbers. */
const rowOf = (x: ArrayLike<number>, r: number, cols: number) => range(cols).map((c) => x[r * cols + c]!)

function softmax(logits: readonly number[]): number[] {
  const exps = logits.map(Math.exp)
  return exps.map((value) => value / sum(exps))
}

function crossEntropyOnce(bench: Bench): void {
  const scale = 0.5
  const logits = randomFloats(ROWS * CLASSES, 1).map((value) => 3 * value)
  const labels = [2, -1, 0, 6, 3]
  const loss = labels.map((label, r) =>
    label < 0 ? 0 : -scale * Math.log(softmax(rowOf(logits, r, CLASSES))[label]!),
  )
  const grad = labels.flatMap((label, r) =>
    softmax(rowOf(logits, r, CLASSES)).map((p, c) => (label < 0 ? 0 : scale * (p - (c === label ? 1 : 0)))),
  )
  crossEntropy(
    bench.gpu,
    {
      logits: bench.floats(logits),
      labels: bench.integers(labels),
      loss: bench.floatsOf(loss),
      grad: bench.floatsOf(grad),
    },
    { rows: ROWS, classes: CLASSES, scale, accumulate: 0 },
  )
}

function softmaxKlOnce(bench: Bench): void {
  const [scale, temperature] = [0.5, 4]
  const teacher = randomFloats(ROWS * CLASSES, 2).map((value) => 6 * value)
  const student = randomFloats(ROWS * CLASSES, 3).map((value) => 6 * value)
  const before = randomFloats(ROWS * CLASSES, 4)
  const soft = (x: ArrayLike<number>, r: number) => softmax(rowOf(x, r, CLASSES).map((v) => v / temperature))
  const loss = range(ROWS).map((r) => {
    const q = soft(student, r)
    return scale * temperature ** 2 * sum(soft(teacher, r).map((p, c) => p * Math.log(p / q[c]!)))
  })
  const grad = range(ROWS).flatMap((r) => {
    const p = soft(teacher, r)
    return soft(student, r).map((q, c) => before[r * CLASSES + c]! + scale * temperature * (q - p[c]!))
  })
  softmaxKl(
    bench.gpu,
    {
      teacher: bench.floats(teacher),
      student: bench.floats(student),
      loss: bench.floatsOf(loss),
      grad: bench.becomes(bench.floats(before), grad),
    },
    { rows: ROWS, classes: CLASSES, temperature, scale, accumulate: 1 },
  )
}

function hiddenMseOnce(bench: Bench): void {
  const [cols, scale] = [12, 0.25]
  const [student, teacher] = [randomFloats(ROWS * cols, 5), randomFloats(ROWS * cols, 6)]
  const mask = [1, 1, 0, 1, 1]
  const differences = Array.from(student, (value, i) => (value - teacher[i]!) * mask[Math.floor(i / cols)]!)
  const loss = range(ROWS).map((r) => scale * sum(rowOf(differences, r, cols).map((d) => d * d)))
  hiddenMse(
    bench.gpu,
    {
      student: bench.floats(student),
      teacher: bench.floats(teacher),
      mask: bench.words(mask),
      loss: bench.floatsOf(loss),
      grad: bench.floatsOf(differences.map((d) => 2 * scale * d)),
    },
    { rows: ROWS, cols, scale, accumulate: 0 },
  )
}

/** Gate gradients [batch, units] and what they add to running sums that start from `before`. */
function importanceOutputs(bench: Bench, gates: readonly number[], units: number) {
  const before = range(units).map((unit) => 1 + unit)
  const total = (unit: number, of: (gate: number) => number) =>
    before[unit]! + sum(gates.filter((_, i) => i % units === unit).map(of))
  return {
    gateGradients: bench.floatsOf(gates),
    squares: bench.becomes(
      bench.floats(before),
      range(units).map((unit) => total(unit, (gate) => gate * gate)),
    ),
    absolutes: bench.becomes(
      bench.floats(before),
      range(units).map((unit) => total(unit, Math.abs)),
    ),
  }
}

function headImportanceOnce(bench: Bench): void {
  const sizes = { batch: 3, heads: 2, tokens: 7 }
  const delta = randomFloats(3 * 2 * 7, 7)
  const gates = range(6).map((i) => sum(rowOf(delta, i, 7)))
  headImportance(bench.gpu, { delta: bench.floats(delta), ...importanceOutputs(bench, gates, 2) }, sizes)
}

function neuronImportanceOnce(bench: Bench): void {
  const sizes = { batch: 3, neurons: 5, tokens: 4 }
  const [activation, gradient] = [randomFloats(12 * 5, 8), randomFloats(12 * 5, 9)]
  const gates = range(15).map((i) =>
    sum(
      range(4).map((t) => {
        const place = (Math.floor(i / 5) * 4 + t) * 5 + (i % 5)
        return activation[place]! * gradient[place]!
      }),
    ),
  )
  neuronImportance(
    bench.gpu,
    {
      activation: bench.floats(activation),
      gradient: bench.floats(gradient),
      ...importanceOutputs(bench, gates, 5),
    },
    sizes,
  )
}

/** Chunks of the sum hold 256 elements: one whole, one partial, and a second tensor. */
function gradientNormOnce(bench: Bench): void {
  const gradients = [randomFloats(300, 10), randomFloats(3, 11)]
  const norm = Math.hypot(...gradients.flatMap((gradient) => [...gradient]))
  gradientNorm(
    bench.gpu,
    gradients.map((gradient) => bench.floats(gradient)),
    bench.floatsOf([norm, 0]),
  )
}

function lossSumOnce(bench: Bench): void {
  const loss = randomFloats(300, 12).map(Math.abs)
  lossSum(bench.gpu, { loss: bench.floats(loss), out: bench.floatsOf([sum([...loss]), 0]) })
}

/** The third step, with a gradient that is clipped to half. */
function adamwOnce(bench: Bench): void {
  const count = 37
  const settings = {
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.1,
    step: 3,
    clipNorm: 1,
  }
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = settings
  const [parameter, gradient, momentum] = [
    randomFloats(count, 13),
    randomFloats(count, 14),
    randomFloats(count, 15),
  ]
  const variance = randomFloats(count, 16).map((value) => value * value)
  const clip = 1 / (2 + 1e-6)
  const nextMomentum = Array.from(momentum, (m, i) => beta1 * m + (1 - beta1) * clip * gradient[i]!)
  const nextVariance = Array.from(variance, (v, i) => beta2 * v + (1 - beta2) * (clip * gradient[i]!) ** 2)
  const nextParameter = Array.from(parameter, (p, i) => {
    const mean = nextMomentum[i]! / (1 - beta1 ** step)
    const spread = Math.sqrt(nextVariance[i]! / (1 - beta2 ** step)) + epsilon
    return p * (1 - learningRate * weightDecay) - (learningRate * mean) / spread
  })
  adamw(
    bench.gpu,
    {
      parameter: bench.becomes(bench.floats(parameter), nextParameter),
      gradient: bench.floats(gradient),
      momentum: bench.becomes(bench.floats(momentum), nextMomentum),
      variance: bench.becomes(bench.floats(variance), nextVariance),
      norm: bench.floats([2, 0]),
      decayed: bench.words(Array.from({ length: Math.ceil(count / ARENA_GRAIN) }, () => 1)),
    },
    { count, ...settings },
  )
}

export const TRAINING_CHECKS: readonly Check[] = [
  { name: 'cross-entropy', run: crossEntropyOnce },
  { name: 'softmax-kl', run: softmaxKlOnce },
  { name: 'hidden-mse', run: hiddenMseOnce },
  { name: 'head importance', run: headImportanceOnce },
  { name: 'neuron importance', run: neuronImportanceOnce },
  { name: 'gradient norm', run: gradientNormOnce },
  { name: 'loss sum', run: lossSumOnce },
  { name: 'adamw', run: adamwOnce },
]
