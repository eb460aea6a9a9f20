// Arrow keys as steps on a grid.

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Rows and columns that a key moves by; undefined for keys that are no arrows. */
export function arrowStep(key: string): readonly [rows: number, columns: number] | undefined {
  return STEPS[key]
}
