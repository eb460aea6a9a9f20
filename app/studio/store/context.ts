// How components reach the store: one hook to read, one to act.
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { StudioState } from './state.ts'
import type { Intents, Studio } from './studio.ts'

export const StudioContext = createContext<Studio | undefined>(undefined)

function useContextStudio(): Studio {
  const studio = useContext(StudioContext)
  if (!studio) throw new Error('A component of the studio stands outside StudioContext.')
  return studio
}

/** @param select must return the same reference as long as what it reads is unchanged. */
export function useStudio<T>(select: (state: StudioState) => T): T {
  return useStore(useContextStudio().store, select)
}

/** How many settings can be undone and redone. */
export function useSettingsHistory(): { readonly past: number; readonly future: number } {
  const { temporal } = useContextStudio().store
  const past = useStore(temporal, ({ pastStates }) => pastStates.length)
  const future = useStore(temporal, ({ futureStates }) => futureStates.length)
  return { past, future }
}

export function useIntents(): Intents {
  return useContextStudio().intents
}
