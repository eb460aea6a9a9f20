// Fisher importance: Σ over texts of the squared gate gradient, labels drawn from the model (Kwon et al. 2022, per sample).
import type { Criterion } from './criterion.ts'
import { gateGradientSums } from './gate-gradients.ts'

const fisher: Criterion = {
  id: 'fisher',
  label: 'Fisher',
  help: 'Squared gradient of each unit’s gate per text: how much the model’s own predictions would move. Best at high ratios; needs no labels.',
  score: (context) => gateGradientSums(context, { reduce: 'squares', labels: 'sampled' }),
}

export default fisher
