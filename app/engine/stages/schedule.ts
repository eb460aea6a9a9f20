// Learning-rate schedule and the options that distillation and recovery share.
import type { OptionDefinition, OptionValues } from '../base/options.ts'

export interface TrainingSettings {
  readonly temperature: number
  readonly kdWeight: number
  readonly hardLabelWeight: number
  readonly hiddenWeight: number
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  /** Share of the steps. */
  readonly warmup: number
  readonly weightDecay: number
  readonly clipNorm: number
  readonly seed: number
}

/** Linear warm-up over the first `ceil(warmup · steps)` steps, then linear to zero. Steps count from 0. */
export function learningRateAt(step: number, steps: number, settings: TrainingSettings): number {
  const warm = Math.ceil(settings.warmup * steps)
  if (step < warm) return (settings.learningRate * (step + 1)) / warm
  return (settings.learningRate * (steps - step)) / (steps - warm)
}

type TrainingDefaults = { readonly epochs: number; readonly learning_rate: number }

/** Options of a training run. `prefix` is empty for distillation and `recovery.` inside a prune stage. */
export function trainingOptions(prefix: string, defaults: TrainingDefaults): OptionDefinition[] {
  const isMain = prefix === ''
  const options: OptionDefinition[] = [
    {
      key: 'epochs',
      kind: 'integer',
      label: 'Epochs',
      help: 'Passes over the training texts.',
      default: defaults.epochs,
      min: isMain ? 1 : 0,
      max: 100,
      step: 1,
      main: true,
    },
    {
      key: 'learning_rate',
      kind: 'number',
      label: 'Learning rate',
      help: 'Peak step size of AdamW. Too high diverges, too low learns slowly.',
      default: defaults.learning_rate,
      min: 1e-6,
      max: 1e-2,
      step: 1e-6,
      scale: 'log',
      main: isMain,
    },
    {
      key: 'temperature',
      kind: 'number',
      label: 'Temperature',
      help: 'Softens both predictions; higher passes on more of how the teacher ranks wrong labels.',
      default: 4,
      min: 1,
      max: 20,
      step: 0.5,
      main: isMain,
    },
    weightOption('kd_weight', 'Soft-label weight', 'Weight of T² · KL(teacher ‖ student).', 1),
    weightOption(
      'hard_label_weight',
      'Hard-label weight',
      'Weight of the cross-entropy with your labels.',
      0.1,
    ),
    weightOption(
      'hidden_weight',
      'Hidden-state weight',
      'Weight of the squared distance to the teacher’s layers.',
      0.5,
    ),
    {
      key: 'batch_size',
      kind: 'integer',
      label: 'Batch size',
      help: 'Texts per step. Larger needs more GPU memory.',
      default: 32,
      min: 1,
      max: 512,
      step: 1,
    },
    {
      key: 'warmup',
      kind: 'number',
      label: 'Warm-up',
      help: 'Share of the steps over which the learning rate rises to its peak.',
      default: 0.06,
      min: 0,
      max: 0.5,
      step: 0.01,
    },
    {
      key: 'weight_decay',
      kind: 'number',
      label: 'Weight decay',
      help: 'Decoupled decay of matrices; vectors are not decayed.',
      default: 0.01,
      min: 0,
      max: 0.5,
      step: 0.005,
    },
    {
      key: 'clip_norm',
      kind: 'number',
      label: 'Gradient clip',
      help: 'Gradients are scaled down to this norm.',
      default: 1,
      min: 0.01,
      max: 100,
      step: 0.1,
      scale: 'log',
    },
  ]
  return options.map((option) => ({ ...option, key: prefix + option.key }))
}

function weightOption(key: string, label: string, help: string, value: number): OptionDefinition {
  return { key, kind: 'number', label, help, default: value, min: 0, max: 10, step: 0.05 }
}

/** Settings from checked option values. */
export function trainingSettings(values: OptionValues, prefix: string, seed: number): TrainingSettings {
  const number = (key: string) => values[prefix + key] as number
  return {
    temperature: number('temperature'),
    kdWeight: number('kd_weight'),
    hardLabelWeight: number('hard_label_weight'),
    hiddenWeight: number('hidden_weight'),
    epochs: number('epochs'),
    batchSize: number('batch_size'),
    learningRate: number('learning_rate'),
    warmup: number('warmup'),
    weightDecay: number('weight_decay'),
    clipNorm: number('clip_norm'),
    seed,
  }
}
