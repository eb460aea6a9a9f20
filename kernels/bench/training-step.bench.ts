// One step of distillation into a student of 3 layers, 384 wide: forward, loss, backward, AdamW.
import { stepFlops } from '../../app/engine/model/spec.ts'
import { softmaxKlReference } from '../softmax-kl/softmax-kl.ref.ts'
import { randomFloats } from './check.ts'
import type { BenchCase, Family } from './family.ts'
import { bertSpec, randomIds, randomModel, referenceOf } from './models.ts'

interface Shape {
  readonly batch: number
  readonly tokens: number
  readonly layers: number
  readonly hidden: number
  readonly vocabulary: number
}

const STUDENT = { layers: 3, hidden: 384 }
const SMALL: readonly Shape[] = [{ batch: 4, tokens: 16, ...STUDENT, vocabulary: 1024 }]
const FULL: readonly Shape[] = [16, 32, 128].map((tokens) => ({
  batch: 32,
  tokens,
  ...STUDENT,
  vocabulary: 30_522,
}))
const LABELS = 77
const TEMPERATURE = 2
/** Error allowed of the loss, as a share of it. */
const ALLOWED = 1e-3

function stepCase({ batch, tokens, ...sizes }: Shape): BenchCase {
  const spec = bertSpec({ ...sizes, labels: LABELS, tokenTypes: 2 })
  return {
    name: `${sizes.layers} layers, ${sizes.hidden} wide, ${batch} × ${tokens} tokens`,
    work: stepFlops({ student: spec, batch, tokens }),
    build: async () => {
      const model = randomModel(spec, 12)
      const ids = randomIds(spec, batch, tokens)
      const teacherLogits = randomFloats(batch * LABELS, 13).map((value) => 4 * value)
      const options = { temperature: TEMPERATURE, scale: 1 / batch }
      const expected = Array.from({ length: batch }, (_, text) => {
        const teacher = Array.from(teacherLogits.subarray(text * LABELS, (text + 1) * LABELS))
        return softmaxKlReference(teacher, [...referenceOf(model, ids, text, tokens)], options).loss
      }).reduce((sum, loss) => sum + loss, 0)
      const check = (output: ArrayLike<number>) =>
        output.length === 1 ? Math.abs(output[0]! - expected) / (ALLOWED * expected) : Number.NaN
      const rates = { temperature: TEMPERATURE, learningRate: 1e-4 }
      return {
        task: { kind: 'training-step', model, ids, batch, tokens, teacherLogits, ...rates },
        check,
      }
    },
  }
}

const trainingStep: Family = {
  id: 'training-step',
  title: 'A training step',
  unit: { name: 'GFLOP/s', scale: 1e9 },
  roof: 'fma',
  cases: (size) => (size === 'small' ? SMALL : FULL).map(stepCase),
}

export default trainingStep
