// Taylor importance: Σ over texts of the absolute gate gradient on the data's labels (Michel et al. 2019).
import type { Criterion } from './criterion.ts'
import { gateGradientSums } from './gate-gradients.ts'

const taylor: Criterion = {
  id: 'taylor',
  label: 'Taylor',
  help: 'First-order change of the loss on your labels when a unit is closed. Without labels the model’s own are drawn.',
  score: (context) => gateGradientSums(context, { reduce: 'absolutes', labels: 'given' }),
}

export default taylor
