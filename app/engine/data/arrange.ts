// Which open table is for training and which for scoring, once a user says so, and which one names the columns.
import type { DataRole } from '../protocol.ts'
import type { Table } from './table.ts'

export interface Tables {
  readonly train?: Table
  readonly test?: Table
}

/**
 * The table whose columns are on offer and are guessed from: the training table, unless it is a mere list of texts and the test
 * table is more.
 */
export function leadingTable({ train, test }: Tables): Table | undefined {
  return test && train?.columns.length === 1 ? test : (train ?? test)
}

/** Moves a table to the other role, where a table that has it takes the freed one; or removes it. The tables given stay as they are. */
export function arrangeTables(tables: Tables, role: DataRole, action: 'move' | 'remove'): Tables {
  const other = role === 'train' ? 'test' : 'train'
  const { [role]: table, [other]: kept } = tables
  if (!table) return tables
  if (action === 'remove') return kept ? { [other]: kept } : {}
  return { [other]: table, ...(kept ? { [role]: kept } : {}) }
}
