// Magnitude importance: the sum of squared weights that a unit owns. Needs no data.
import { read } from '../../../kernels/runtime/tensor.ts'
import { denseOf } from '../model/model.ts'
import type { Role } from '../model/spec.ts'
import type { Criterion, ScoringContext } from './criterion.ts'

const magnitude: Criterion = {
  id: 'magnitude',
  label: 'Magnitude',
  help: 'Sum of squared weights of each unit. Instant and data-free; weaker than Fisher above 20 %.',
  async score(context) {
    const heads: Float64Array[] = []
    const neurons: Float64Array[] = []
    for (const index of context.model.spec.layers.keys()) {
      await context.watch.checkpoint()
      heads.push(await headMagnitudes(context, index))
      neurons.push(await neuronMagnitudes(context, index))
      context.watch.progress(index + 1, context.model.spec.layers.length, 'layers')
    }
    return { heads, neurons }
  },
}

const weights = ({ gpu, model }: ScoringContext, name: string) =>
  read(gpu, denseOf(model, `${name}.weight` as Role))

/** Squared weights of every head's rows in Q, K and V and columns in the output matrix. */
async function headMagnitudes(context: ScoringContext, index: number): Promise<Float64Array> {
  const { headSize, hidden, layers } = context.model.spec
  const { heads } = layers[index]!
  const scores = new Float64Array(heads)
  if (heads === 0) return scores
  const width = heads * headSize
  const qkv = await weights(context, `layers.${index}.qkv`)
  qkv.forEach((value, i) => {
    scores[Math.floor((Math.floor(i / hidden) % width) / headSize)]! += value * value
  })
  const output = await weights(context, `layers.${index}.attention_output`)
  output.forEach((value, i) => {
    scores[Math.floor((i % width) / headSize)]! += value * value
  })
  return scores
}

/** Squared weights of every neuron's row in the up matrix and column in the down matrix. */
async function neuronMagnitudes(context: ScoringContext, index: number): Promise<Float64Array> {
  const { hidden, layers } = context.model.spec
  const { ffn } = layers[index]!
  const scores = new Float64Array(ffn)
  if (ffn === 0) return scores
  const up = await weights(context, `layers.${index}.ffn_up`)
  up.forEach((value, i) => {
    scores[Math.floor(i / hidden)]! += value * value
  })
  const down = await weights(context, `layers.${index}.ffn_down`)
  down.forEach((value, i) => {
    scores[i % ffn]! += value * value
  })
  return scores
}

export default magnitude
