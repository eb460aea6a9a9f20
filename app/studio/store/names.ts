// Names of rows as the table has them, for the places that only know a key.
import type { RowKey } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { schemeLabel } from './recipe.ts'
import type { StudioState } from './state.ts'

export function rowName(state: Pick<StudioState, 'catalog'>, key: RowKey): string {
  const [stage = '', scheme, group] = key.split(':')
  if (scheme === undefined) return words.stage(stage)
  const label = schemeLabel(state, scheme)
  return group === undefined ? label : `${label}, ${words.table.group(Number(group))}`
}
