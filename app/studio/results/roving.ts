// One tab stop for a whole table of buttons: arrow keys move within it.
import { type FocusEvent, type KeyboardEvent, useState } from 'react'
import { arrowStep } from '../ui/arrow-keys.ts'

/** Row 0 is the head; its column 0 is the first head, which rows below have no button for. */
export interface Place {
  readonly row: number
  readonly column: number
}

/** Rows and columns of buttons, the head and its first column counted. */
export interface Extent {
  readonly rows: number
  readonly columns: number
}

/** Where a key leads, or undefined if it is no key that moves. */
export function moved({ row, column }: Place, key: string, extent: Extent): Place | undefined {
  const step = arrowStep(key)
  if (step) return within({ row: row + step[0], column: column + step[1] }, extent)
  switch (key) {
    case 'Home':
      return within({ row, column: 0 }, extent)
    case 'End':
      return within({ row, column: extent.columns - 1 }, extent)
    default:
      return undefined
  }
}

export function within({ row, column }: Place, { rows, columns }: Extent): Place {
  const inRows = Math.max(0, Math.min(rows - 1, row))
  return { row: inRows, column: Math.max(inRows === 0 ? 0 : 1, Math.min(columns - 1, column)) }
}

/** The place of the button that an event came from, if it came from one. */
export function placeOf(target: EventTarget): Place | undefined {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-cell]') : null
  if (!button) return undefined
  const [row = 0, column = 0] = (button.dataset.cell ?? '').split(':').map(Number)
  return { row, column }
}

/** Props for the box around the buttons, which hears of all of them, and for each button. */
export function useRoving(extent: Extent) {
  const [at, setAt] = useState<Place>({ row: 0, column: 1 })
  const current = within(at, extent)
  return {
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const next = moved(current, event.key, extent)
      if (!next || event.altKey || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      setAt(next)
      event.currentTarget.querySelector<HTMLElement>(`[data-cell="${next.row}:${next.column}"]`)?.focus()
    },
    onFocus: ({ target }: FocusEvent<HTMLElement>) => setAt((before) => placeOf(target) ?? before),
    cell: (row: number, column: number) => ({
      'data-cell': `${row}:${column}`,
      tabIndex: row === current.row && column === current.column ? 0 : -1,
    }),
  }
}
