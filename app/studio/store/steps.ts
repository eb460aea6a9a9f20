// State of the seven steps and of the buttons, derived from what was loaded, run and changed since.
import type { StageKind } from '../../engine/protocol.ts'
import { isFatal } from './apply-event.ts'
import { isStale } from './comparison.ts'
import type { StudioState } from './state.ts'

export const STEPS = ['load', 'data', 'distill', 'prune', 'quantize', 'compare', 'export'] as const
export type Step = (typeof STEPS)[number]
export type StepState = 'idle' | 'running' | 'stale' | 'done' | 'failed'

export function stepState(state: StudioState, step: Step): StepState {
  const stage = step === 'load' || step === 'data' ? 'open' : step
  if (state.activity.state !== 'idle' && state.activity.stage === stage) {
    // Opening is one activity for both; the step that is already there is not the one under way.
    if (step === 'load' ? !state.model : step !== 'data' || !state.data) return 'running'
  }
  switch (step) {
    case 'load':
      return state.failed.includes('open') && !state.model ? 'failed' : doneIf(state.model !== undefined)
    case 'data':
      return doneIf(state.data !== undefined)
    case 'compare':
      return compareState(state)
    case 'export':
      return exportState(state)
    default:
      return stageState(state, step)
  }
}

const doneIf = (isDone: boolean): StepState => (isDone ? 'done' : 'idle')

function stageState(state: StudioState, kind: StageKind): StepState {
  if (state.failed.includes(kind)) return 'failed'
  const keys = keysOf(state, kind)
  if (keys.length === 0) return 'idle'
  return keys.some((key) => isStale(state, key)) ? 'stale' : 'done'
}

function compareState(state: StudioState): StepState {
  const students = [...keysOf(state, 'distill'), ...keysOf(state, 'prune'), ...keysOf(state, 'quantize')]
  if (students.length === 0) return 'idle'
  return students.some((key) => isStale(state, key)) ? 'stale' : 'done'
}

function exportState(state: StudioState): StepState {
  if (state.failed.includes('export')) return 'failed'
  if (!state.exported) return 'idle'
  return state.exported.isOutdated ? 'stale' : 'done'
}

function keysOf(state: StudioState, kind: StageKind) {
  return (Object.keys(state.rows) as (keyof typeof state.rows)[]).filter(
    (key) => state.rows[key]?.row.stage === kind,
  )
}

/** A run that only rebuilds and measures: a later request may wait for it. */
function isQuick(state: StudioState): boolean {
  return (
    state.launches.length > 0 &&
    state.launches.every(({ stage, untrained }) => untrained || stage.kind === 'quantize')
  )
}

/** Whether a stage can be started, at once or right after a measurement that is under way. */
export function canRun(state: StudioState): boolean {
  if (!state.model || !state.data || !isGpuReady(state)) return false
  const { activity } = state
  if (activity.state === 'idle') return true
  return activity.stage !== 'open' && activity.stage !== 'export' && isQuick(state)
}

export function canExport(state: StudioState): boolean {
  return (
    state.model !== undefined &&
    isGpuReady(state) &&
    state.activity.state === 'idle' &&
    state.chosenExports.length > 0
  )
}

/** Whether a model can be opened or fetched now. */
export function canOpen(state: StudioState): boolean {
  return state.activity.state === 'idle' && isGpuReady(state)
}

/** A full memory passes; a missing or lost GPU does not. */
export function isGpuReady({ gpuFault }: StudioState): boolean {
  return gpuFault === undefined || !isFatal(gpuFault)
}
