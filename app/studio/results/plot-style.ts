// Axes and tooltips that all plots share.

export const TOOLTIP = {
  border: '1px solid var(--line-strong)',
  borderRadius: 6,
  background: 'var(--surface)',
  fontSize: 12,
}

export const AXIS = { stroke: 'var(--ink-faint)', fontSize: 12, tickLine: false } as const
