// The studio's store and the only two ways into it: events of the engine and intents of the user.
import type { StoreApi } from 'zustand/vanilla'
import type { Command, DataRole, Event, RowKey } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { applyEvent } from './apply-event.ts'
import { ARTICLE, type CostSettings } from './cost.ts'
import { type ExportIntents, exportIntents } from './exporting.ts'
import { loneJson, recipeTextOf, type SortedFiles } from './files.ts'
import { followFit } from './fit.ts'
import { questionOf } from './insight-views.ts'
import { type KeepingIntents, keepingIntents } from './keeping.ts'
import { type HubIntents, hubIntents } from './opening.ts'
import { createStarter, type RunIntents, runIntents } from './running.ts'
import { type SettingIntents, settingIntents, type UndoIntents, undoIntents } from './settings.ts'
import type { StudioState } from './state.ts'
import { isGpuReady } from './steps.ts'
import { createUndoableStore, type UndoableStore } from './undo.ts'

/** Everything a user can ask for. Components call these and nothing else. */
export interface Intents
  extends HubIntents,
    KeepingIntents,
    ExportIntents,
    SettingIntents,
    UndoIntents,
    RunIntents {
  readonly openSample: () => void
  readonly closeModel: () => void
  /** A lone .json file that is a recipe is taken over as one. */
  readonly openFiles: (files: SortedFiles) => void
  /** A recipe's text from a file or a link; the engine checks it. */
  readonly openRecipe: (name: string, text: string) => void
  /** Gives an open table the other role, or closes it. */
  readonly arrangeData: (role: DataRole, action: 'move' | 'remove') => void
  readonly setCost: (change: Partial<CostSettings>) => void
  readonly takeArticleCase: () => void
  /** A drop whose files the browser would not hand out. */
  readonly reportDropFailure: (reason: unknown) => void
  readonly reportBrokenLink: (reason: unknown) => void
  readonly dismissAlert: (id: number) => void
  /** Leaves a model that does not fit where it is. */
  readonly forgetInspected: () => void
  readonly dismissGpuFault: () => void
  readonly predict: (text: string) => void
  /** Asks what the heads of every model attend to in a text. */
  readonly lookAt: (text: string) => void
  /** Puts a student under the glass. */
  readonly inspect: (key: RowKey) => void
}

export interface Studio {
  readonly store: UndoableStore['store']
  readonly intents: Intents
  readonly receive: (event: Event) => void
}

/** @param send hands a command to the engine; the client owns how. */
export function createStudio(send: (command: Command) => void): Studio {
  const undoable = createUndoableStore()
  const { store } = undoable
  const start = createStarter(store, send)
  const askFit = followFit(store, send)
  return {
    store,
    intents: {
      ...openingIntents(store, send),
      ...settingIntents(undoable, send, start),
      ...undoIntents(undoable, send),
      ...runIntents(store, send, start),
      ...exportIntents(store, send),
      ...keepingIntents(store, send),
      ...screenIntents(store),
      ...askingIntents(store, send),
    },
    receive: (event) => {
      undoable.withoutEntry(() => store.setState((state) => applyEvent(state, event), true))
      // Entries from before belong to another model's settings.
      if (event.type === 'recipe') undoable.history.getState().clear()
      // A header is told of with the default settings.
      if (event.type === 'inspected') askFit()
      const question = questionOf(store.getState(), event)
      if (question) send(question)
      const { activity, queued } = store.getState()
      if (activity.state !== 'idle' || !queued) return
      store.setState({ queued: undefined })
      start(queued)
    },
  }
}

function openingIntents(store: StoreApi<StudioState>, send: (command: Command) => void) {
  // Without a GPU the engine answers nothing, so the page must not wait for it.
  const opening = () => {
    if (isGpuReady(store.getState()))
      store.setState({ activity: { state: 'running', stage: 'open' }, queued: undefined })
  }
  const openBy = (command: Command) => {
    opening()
    send(command)
  }
  const openSorted = ({ model, tables, leftOut }: SortedFiles) => {
    if (leftOut) store.setState((state) => applyEvent(state, leftOutError(leftOut)), true)
    if (model || tables.length > 0) opening()
    if (model) send({ type: 'open-model', ...model })
    if (tables.length > 0)
      send({
        type: 'open-data',
        isWithModel: model !== undefined,
        ...Object.fromEntries(tables.map(({ file, role }) => [role, file])),
      })
  }
  const openRecipe = (name: string, text: string) => send({ type: 'open-recipe', name, text })
  return {
    ...hubIntents(openBy, send),
    openSample: () => {
      opening()
      send({ type: 'open-sample' })
    },
    closeModel: () => send({ type: 'close-model' }),
    openFiles: (files: SortedFiles) => {
      const only = loneJson(files)
      if (!only) return openSorted(files)
      recipeTextOf(only).then((text) =>
        text === undefined ? openSorted(files) : openRecipe(only.name, text),
      )
    },
    openRecipe,
    arrangeData: (role: DataRole, action: 'move' | 'remove') => {
      opening()
      send({ type: 'arrange-data', role, action })
    },
  }
}

/** One table a role is opened; the others are named. */
function leftOutError(names: readonly string[]): Extract<Event, { type: 'error' }> {
  const { title, remedy } = words.errors.leftOut
  return {
    type: 'error',
    error: { code: 'data-invalid', fault: 'input', message: title(names.join(', ')), remedy },
  }
}

function askingIntents(store: StoreApi<StudioState>, send: (command: Command) => void) {
  const ask = (command: Extract<Command, { type: 'predict' | 'attention' }>) => {
    store.setState(({ insight }) => ({
      insight: { ...insight, waiting: [...new Set([...insight.waiting, command.type])] },
    }))
    send(command)
  }
  return {
    predict: (text: string) => ask({ type: 'predict', text }),
    lookAt: (text: string) => ask({ type: 'attention', text }),
    inspect: (key: RowKey) => {
      store.setState(({ insight }) => ({ insight: { ...insight, chosen: key } }))
      send({ type: 'differences', key })
    },
  }
}

function screenIntents(store: StoreApi<StudioState>) {
  /** Tells of a failure that the engine never saw. */
  const report = ({ title, remedy }: { title: string; remedy: string }, reason: unknown) =>
    store.setState((state) => {
      const error = { code: 'file-unreadable', fault: 'input', message: title, remedy } as const
      return applyEvent(state, { type: 'error', error: { ...error, details: String(reason) } })
    })
  return {
    setCost: (change: Partial<CostSettings>) =>
      store.setState(({ cost }) => ({ cost: { ...cost, ...change } })),
    takeArticleCase: () =>
      store.setState({ cost: ARTICLE.settings, prices: { perHour: ARTICLE.pricePerHour } }),
    reportDropFailure: (reason: unknown) => report(words.errors.drop, reason),
    reportBrokenLink: (reason: unknown) =>
      report({ title: words.share.brokenTitle, remedy: words.share.brokenRemedy }, reason),
    dismissAlert: (id: number) =>
      store.setState(({ alerts }) => ({ alerts: alerts.filter((alert) => alert.id !== id) })),
    forgetInspected: () => store.setState(({ opening: { inspected: _, ...rest } }) => ({ opening: rest })),
    dismissGpuFault: () => store.setState({ gpuFault: undefined }),
  }
}
