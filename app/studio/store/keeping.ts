// What is kept for after a reload or a crash: how, what is on offer, and what was just gone on with.
import type { StoreApi } from 'zustand/vanilla'
import type { Command, Event, Keeping, KeptSummary, StageKind } from '../../engine/protocol.ts'
import type { RowEntry, StudioState } from './state.ts'

type Restored = Extract<Event, { type: 'restored' }>

/** What there is to say of a session or a GPU that came back. */
export type KeepingNotice =
  | { readonly kind: 'recovering' }
  | { readonly kind: 'recovered' }
  | { readonly kind: 'restored'; readonly reason: Restored['reason']; readonly isOtherAdapter: boolean }
  | {
      readonly kind: 'resumed'
      readonly stage: StageKind
      readonly step: number
      readonly steps: number
      readonly reason: Restored['reason']
      readonly isOtherAdapter: boolean
    }

export interface KeepingState {
  /** Absent until the engine has told. */
  readonly keeping?: Keeping
  /** Bytes that are kept, and that the browser still leaves. */
  readonly bytes?: number
  readonly room?: number
  /** Step of the training's latest checkpoint. */
  readonly step?: number
  /** A session that was kept before this page was opened. */
  readonly offer?: KeptSummary
  readonly notice?: KeepingNotice
}

/** The fold of events into `keeping`; those that say nothing of it leave it as it is. */
export function applyKeeping(state: KeepingState, event: Event): KeepingState {
  switch (event.type) {
    case 'keeping': {
      const { type: _, ...told } = event
      return { ...state, step: undefined, ...told }
    }
    case 'offer':
      return { ...state, offer: event.kept }
    case 'recovering':
      return { ...state, notice: { kind: 'recovering' } }
    case 'gpu':
      return state.notice?.kind === 'recovering' ? { ...state, notice: { kind: 'recovered' } } : state
    case 'restored': {
      const { reason, isOtherAdapter } = event
      return { ...state, notice: { kind: 'restored', reason, isOtherAdapter } }
    }
    case 'resumed': {
      const { type: _, ...resumed } = event
      const before = state.notice?.kind === 'restored' ? state.notice : undefined
      const { reason = 'asked', isOtherAdapter = false } = before ?? {}
      return { ...state, notice: { kind: 'resumed', ...resumed, reason, isOtherAdapter } }
    }
    case 'error':
      // The failure itself is on the page then.
      return state.notice?.kind === 'recovering' ? { ...state, notice: undefined } : state
    default:
      return state
  }
}

/** Whether a training is under way or held. */
export function isTraining({ activity, launches }: StudioState): boolean {
  return (
    activity.state !== 'idle' &&
    (activity.stage === 'distill' || activity.stage === 'prune') &&
    launches.some(({ stage, untrained }) => stage.kind === activity.stage && !untrained)
  )
}

/** Whether closing the page now would interrupt a training or leave trained models that were not exported. */
export function hasUnsavedWork(state: StudioState): boolean {
  const isSaved = state.exported !== undefined && !state.exported.isOutdated
  const isTrained = ({ launch, isOutdated }: RowEntry) =>
    launch !== undefined && !launch.untrained && launch.stage.kind !== 'quantize' && !isOutdated
  return isTraining(state) || (!isSaved && (Object.values(state.rows) as RowEntry[]).some(isTrained))
}

export interface KeepingIntents {
  /** While paused: one training step. */
  readonly step: () => void
  readonly resumeSession: () => void
  /** Deletes the kept session. */
  readonly discardSession: () => void
  readonly dismissKeepingNotice: () => void
}

export function keepingIntents(
  store: StoreApi<StudioState>,
  send: (command: Command) => void,
): KeepingIntents {
  return {
    step: () => send({ type: 'step' }),
    resumeSession: () => {
      const { activity, keeping } = store.getState()
      // The sample that is being opened would be replaced at once; files that are needed first are not.
      if (activity.state !== 'idle' && keeping.offer?.missingFiles.length === 0) send({ type: 'cancel' })
      store.setState({ queued: undefined })
      send({ type: 'resume-session' })
    },
    discardSession: () => send({ type: 'discard-session' }),
    dismissKeepingNotice: () =>
      store.setState(({ keeping }) => ({ keeping: { ...keeping, notice: undefined } })),
  }
}
