// What a long run needs of the browser: a screen that stays on, a warning before the page closes, a word when it has ended.
import { useEffect, useRef } from 'react'
import { useStudio } from '../store/context.ts'
import { hasUnsavedWork, isTraining } from '../store/keeping.ts'
import { askToKeepStorage } from '../store/persistence.ts'
import { duration } from '../ui/format.ts'
import { words } from '../words.ts'
import { isNotifyChosen, notify } from './notify-choice.ts'

/** Runs shorter than this end before anyone looks away. */
const NOTIFY_AFTER_MS = 60_000

/** Keeps the screen on while something runs; browsers take the lock away from hidden pages, so it is taken again. */
export function useWakeLock(): void {
  const isRunning = useStudio((state) => state.activity.state === 'running')
  useEffect(() => {
    if (!isRunning || !('wakeLock' in navigator)) return
    let lock: WakeLockSentinel | undefined
    let isOver = false
    const take = async () => {
      if (document.visibilityState !== 'visible') return
      try {
        lock = await navigator.wakeLock.request('screen')
        if (isOver) await lock.release()
      } catch {
        // Refused (battery saver, policy): the run goes on, the screen may turn off.
      }
    }
    take()
    document.addEventListener('visibilitychange', take)
    return () => {
      isOver = true
      document.removeEventListener('visibilitychange', take)
      lock?.release().catch(() => {})
    }
  }, [isRunning])
}

/** The browser asks before it closes a page that trains, or that has trained models not exported. */
export function useCloseWarning(): void {
  const mustAsk = useStudio(hasUnsavedWork)
  useEffect(() => {
    if (!mustAsk) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [mustAsk])
}

/** Asks the browser once, when a training starts, not to give the kept files up for space; it may refuse. */
export function usePersistence(): void {
  const isBusy = useStudio(isTraining)
  useEffect(() => {
    if (isBusy) askToKeepStorage()
  }, [isBusy])
}

/** A notification when a long run ends in a hidden tab, if the user chose so. */
export function useEndNotice(): void {
  const state = useStudio((studio) => studio.activity.state)
  const stage = useStudio((studio) => studio.activity.stage)
  const run = useRef<{ startedAt: number; stage: string } | undefined>(undefined)
  useEffect(() => {
    if (state !== 'idle') {
      run.current = { startedAt: run.current?.startedAt ?? performance.now(), stage: stage ?? 'open' }
      return
    }
    const ended = run.current
    run.current = undefined
    if (!ended || !document.hidden || !isNotifyChosen()) return
    const took = performance.now() - ended.startedAt
    if (took < NOTIFY_AFTER_MS) return
    const { keeping, activity } = words
    notify(keeping.ended(activity(ended.stage)), keeping.endedAfter(duration(took / 1000)))
  }, [state, stage])
}
