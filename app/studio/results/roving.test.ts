// Where arrow keys lead in the table.
import { describe, expect, it } from 'vitest'
import { moved, within } from './roving.ts'

const extent = { rows: 6, columns: 4 }

describe('moved', () => {
  it('steps in the four directions and stops at the edges', () => {
    expect(moved({ row: 2, column: 2 }, 'ArrowRight', extent)).toEqual({ row: 2, column: 3 })
    expect(moved({ row: 2, column: 3 }, 'ArrowRight', extent)).toEqual({ row: 2, column: 3 })
    expect(moved({ row: 5, column: 2 }, 'ArrowDown', extent)).toEqual({ row: 5, column: 2 })
    expect(moved({ row: 0, column: 2 }, 'ArrowUp', extent)).toEqual({ row: 0, column: 2 })
  })

  it('reaches the first head, but no row head', () => {
    expect(moved({ row: 0, column: 1 }, 'ArrowLeft', extent)).toEqual({ row: 0, column: 0 })
    expect(moved({ row: 3, column: 1 }, 'ArrowLeft', extent)).toEqual({ row: 3, column: 1 })
    expect(moved({ row: 0, column: 0 }, 'ArrowDown', extent)).toEqual({ row: 1, column: 1 })
    expect(moved({ row: 3, column: 3 }, 'Home', extent)).toEqual({ row: 3, column: 1 })
  })

  it('leaves other keys alone', () => {
    expect(moved({ row: 1, column: 1 }, 'Enter', extent)).toBeUndefined()
  })

  it('comes back inside when columns are hidden', () => {
    expect(within({ row: 5, column: 9 }, { rows: 6, columns: 3 })).toEqual({ row: 5, column: 2 })
  })
})
