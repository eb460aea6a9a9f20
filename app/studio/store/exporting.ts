// The last export as the page knows it, how large the next would be, and what can be asked about both.
import type { StoreApi } from 'zustand/vanilla'
import {
  type CheckProvider,
  type Command,
  type Event,
  exportedBytes,
  type FileCheck,
  type RowKey,
  SCHEME_OF_PRECISION,
} from '../../engine/protocol.ts'
import { exportRecipe } from './recipe.ts'
import type { Exported, RowEntry, StudioState } from './state.ts'

export function applyExported(
  exported: Exported | undefined,
  event: Extract<Event, { type: 'exported' | 'verified' | 'uploaded' }>,
): Exported | undefined {
  if (event.type === 'verified') {
    const { file, provider, check } = event
    if (!exported) return undefined
    const checks = { ...exported.checks[file], [provider]: check }
    return { ...exported, checks: { ...exported.checks, [file]: checks } }
  }
  if (event.type === 'uploaded') {
    const { repo, url } = event
    return exported && { ...exported, uploaded: { repo, url } }
  }
  const { name, bytes, files, snippets, zip } = event
  return { name, bytes, files, snippets, checks: {}, isFolder: zip === undefined, isOutdated: false }
}

/** Bytes of the weights that a file of a precision would hold, from the rows there are; undefined before the first. */
export function exportSize({ rows, model }: StudioState, precision: string): number | undefined {
  const measured = (Object.entries(rows) as [RowKey, RowEntry][]).filter(([, { isOutdated }]) => !isOutdated)
  const scheme = SCHEME_OF_PRECISION[precision]
  const quantized = scheme && measured.findLast(([, { row }]) => row.scheme === scheme)
  if (quantized) return quantized[1].row.bytes
  const order: readonly RowKey[] = ['prune', 'distill', 'teacher']
  const base = order.find((key) => measured.some(([known]) => known === key))
  const row = base && rows[base]?.row
  return row && model && exportedBytes({ ...model.spec, layers: row.layers }, precision)
}

/** Of all ticked files, and the weights that are written in any case. */
export function chosenSize(state: StudioState): number | undefined {
  const precisions = new Set([...state.chosenExports, 'safetensors/fp32'])
  let sum = 0
  for (const id of precisions) {
    const size = exportSize(state, exportRecipe(id).precision)
    if (size === undefined) return undefined
    sum += size
  }
  return sum
}

/** Rows on which the other runtime says something else, and whether that is few enough to use the file. */
export function differenceOf({ n, agreement, allowed }: Extract<FileCheck, { kind: 'checked' }>): {
  readonly rows: number
  readonly isAllowed: boolean
} {
  const rows = Math.round(n * (1 - agreement))
  return { rows, isAllowed: rows <= allowed }
}

export interface ExportIntents {
  readonly toggleExport: (id: string) => void
  /** As a zip, or into a folder. */
  readonly exportChosen: (folder?: FileSystemDirectoryHandle) => void
  readonly offerDownload: (url: string) => void
  /** Has a file of the last export checked in another runtime. */
  readonly verifyFile: (file: string, provider: CheckProvider) => void
  /** Commits the last export to the Hub; the token is handed on and kept nowhere. */
  readonly upload: (request: { repo: string; isPrivate: boolean; token: string }) => void
}

export function exportIntents(store: StoreApi<StudioState>, send: (command: Command) => void): ExportIntents {
  const start = (command: Command) => {
    store.setState({ activity: { state: 'running', stage: 'export' } })
    send(command)
  }
  return {
    toggleExport: (id) =>
      store.setState(({ chosenExports }) => ({
        chosenExports: chosenExports.includes(id)
          ? chosenExports.filter((other) => other !== id)
          : [...chosenExports, id],
      })),
    exportChosen: (folder) => {
      const exports = store.getState().chosenExports.map(exportRecipe)
      start({ type: 'export', exports, ...(folder ? { folder } : {}) })
    },
    offerDownload: (url) =>
      store.setState(({ exported }) => (exported ? { exported: { ...exported, url } } : {})),
    verifyFile: (file, provider) => start({ type: 'verify', file, provider }),
    upload: ({ repo, isPrivate, token }) => start({ type: 'upload', repo, isPrivate, token: token.trim() }),
  }
}
