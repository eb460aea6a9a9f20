// A model that the command line was given: a folder on disk, or one of the Hub that is fetched first.
import type { Folder } from '../engine/base/bytes.ts'
import { RunControl } from '../engine/base/watch.ts'
import { requireModelFiles } from '../engine/formats/model-files.ts'
import { readFolder } from '../engine/hosts/node-files.ts'
import { watchPhase } from '../engine/progress.ts'
import type { ProgressBar } from './progress-bar.ts'
import { cancelOnSignals } from './signals.ts'

/** What a model of the Hub is told from a path by. */
export const HUB_PREFIX = 'hub:'

/** @throws StudioError as `readFolder` or `openHubModel` */
export async function openModelFolder(target: string, progress: ProgressBar): Promise<Folder> {
  if (!target.startsWith(HUB_PREFIX)) return readFolder(target)
  const control = new RunControl()
  const release = cancelOnSignals(() => control, progress)
  const phase = { stage: 'open', phase: 'download' } as const
  const watch = watchPhase((event) => progress.handle(event), control, phase)
  try {
    const { openHubModel } = await import('../engine/hosts/node-hub.ts')
    return await openHubModel(target, { control, watch, note: (text) => progress.note(text) })
  } finally {
    progress.end()
    release()
  }
}

/**
 * The same, with everything that reading texts by it needs.
 * @throws StudioError also `file-missing` with a checklist
 */
export async function openWholeModel(target: string, progress: ProgressBar): Promise<Folder> {
  const folder = await openModelFolder(target, progress)
  await requireModelFiles(folder)
  return folder
}
