// A kept result in words: its name, and the settings that made it.
import type { StageRecipe } from '../../engine/protocol.ts'
import { rowName } from '../store/names.ts'
import type { Launch, Result, StudioState } from '../store/state.ts'
import { exact, percent } from '../ui/format.ts'
import { words } from '../words.ts'

export function resultName(state: Pick<StudioState, 'catalog'>, { key }: Result): string {
  return rowName(state, key)
}

/** "distill to 2 layers, 3 epochs; prune 30% by fisher; seed 0". */
export function madeBy({ key, launches, seed, isCancelled }: Result): string {
  const { tradeOff } = words
  if (key === 'teacher') return tradeOff.untouched
  if (launches.length === 0) return tradeOff.unknown
  return [
    ...launches.flatMap(stageWords),
    ...(isCancelled ? [tradeOff.cancelled] : []),
    tradeOff.seed(exact(seed)),
  ].join('; ')
}

function stageWords({ stage, untrained }: Launch): readonly string[] {
  const { tradeOff } = words
  switch (stage.kind) {
    case 'distill':
      return [tradeOff.distill(tradeOff.layers(lengthOf(stage)), tradeOff.epochs(String(stage.epochs ?? '')))]
    case 'prune': {
      const ratio = typeof stage.pruning_ratio === 'number' ? percent(stage.pruning_ratio, 0) : ''
      const pruned = tradeOff.prune(ratio, String(stage.importance ?? ''))
      return [untrained ? `${pruned}, ${tradeOff.untrained}` : pruned]
    }
    case 'quantize':
      return []
  }
}

const lengthOf = ({ student_layers: layers }: StageRecipe) => (Array.isArray(layers) ? layers.length : 0)
