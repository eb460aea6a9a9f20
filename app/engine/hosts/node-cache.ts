// Where the command line keeps what it need not find or fetch twice.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UNFINISHED } from '../base/bytes.ts'
import type { TuningStore } from '../tuning.ts'
import { ensureFolder } from './node-files.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** DECANT_CACHE, or else ~/.cache/decant. */
export function cacheFolder({ DECANT_CACHE, XDG_CACHE_HOME }: Environment): string {
  return DECANT_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'decant')
}

/** Findings in a file of the cache, which is written beside and moved into place. */
export function nodeTuningStore(environment: Environment = process.env): TuningStore {
  const folder = cacheFolder(environment)
  const path = join(folder, 'tuning.json')
  return {
    read: () => readFile(path, 'utf8'),
    write: async (text) => {
      await ensureFolder(folder)
      const fresh = `${path}.${process.pid}${UNFINISHED}`
      await writeFile(fresh, text)
      await rename(fresh, path)
    },
  }
}
