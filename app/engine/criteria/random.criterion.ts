// Random importance, the baseline that every criterion must beat: uniform per parameter, so that heads and neurons mix.
import { deriveSeed, randomAt } from '../base/random.ts'
import { headParameterCount, neuronParameterCount } from '../model/spec.ts'
import type { Criterion } from './criterion.ts'

const random: Criterion = {
  id: 'random',
  label: 'Random',
  help: 'Chance. The baseline that shows what a criterion is worth.',
  async score({ model, seed }) {
    const { spec } = model
    const draw = (purpose: string, count: number, parameters: number) =>
      Float64Array.from({ length: count }, (_, i) => randomAt(deriveSeed(seed, purpose), i) * parameters)
    return {
      heads: spec.layers.map((layer, l) => draw(`heads.${l}`, layer.heads, headParameterCount(spec))),
      neurons: spec.layers.map((layer, l) => draw(`neurons.${l}`, layer.ffn, neuronParameterCount(spec))),
    }
  },
}

export default random
