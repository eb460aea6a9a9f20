// Every keyboard shortcut: what it is called, its keys, and what it does. None fires in a field or a dialog.
import { STEPS } from '../store/steps.ts'
import type { Studio } from '../store/studio.ts'
import { words } from '../words.ts'

export interface Shortcut {
  readonly key: string
  /** Ctrl, or Command on a Mac. */
  readonly isModified?: boolean
  readonly isShifted?: boolean
  readonly label: string
  readonly run: (studio: Studio) => void
}

const { shortcuts } = words

export const SHORTCUTS: readonly Shortcut[] = [
  { key: 'Enter', isModified: true, label: shortcuts.runAll, run: ({ intents }) => intents.runAll() },
  { key: ' ', label: shortcuts.pause, run: togglePause },
  { key: '.', isModified: true, label: shortcuts.cancel, run: ({ intents }) => intents.cancel() },
  { key: 'e', isModified: true, label: shortcuts.export, run: ({ intents }) => intents.exportChosen() },
  { key: 'z', isModified: true, label: shortcuts.undo, run: ({ intents }) => intents.undo() },
  {
    key: 'z',
    isModified: true,
    isShifted: true,
    label: shortcuts.redo,
    run: ({ intents }) => intents.redo(),
  },
  ...STEPS.map((step, i) => ({
    key: String(i + 1),
    label: shortcuts.step(words.steps[step]),
    run: () => {
      const title = document.getElementById(`${step}-title`)
      title?.scrollIntoView({ block: 'center' })
      title?.focus({ preventScroll: true })
    },
  })),
]

function togglePause({ store, intents }: Studio): void {
  const { state } = store.getState().activity
  if (state === 'running') intents.pause()
  if (state === 'paused') intents.resume()
}

/** The shortcut that a key press stands for. */
export function shortcutOf({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): Shortcut | undefined {
  if (altKey) return undefined
  return SHORTCUTS.find(
    (shortcut) =>
      shortcut.key === key.toLowerCase().replace('enter', 'Enter') &&
      (shortcut.isModified ?? false) === (ctrlKey || metaKey) &&
      (shortcut.isShifted ?? false) === shiftKey,
  )
}

/** Whether keys belong to what has the focus: text is typed, a choice is moved, a button is pressed. */
export function takesKeys(target: EventTarget | null, isModified: boolean): boolean {
  if (!(target instanceof Element)) return false
  if (target.closest('[role=dialog]')) return true
  const isField = target.closest('input, textarea, select, [contenteditable]') !== null
  if (isModified) return isField && target.closest('textarea, input[type=text], [contenteditable]') !== null
  return isField || target.closest('button, a, summary, [role=slider], [role=tab], [tabindex="0"]') !== null
}

/** Keys as they are printed: "Ctrl+Shift+Z". */
export function keysOf({ key, isModified, isShifted }: Shortcut): string {
  const names = [
    ...(isModified ? [shortcuts.modifier] : []),
    ...(isShifted ? [shortcuts.shift] : []),
    key === ' ' ? shortcuts.space : key.length === 1 ? key.toUpperCase() : key,
  ]
  return names.join('+')
}
