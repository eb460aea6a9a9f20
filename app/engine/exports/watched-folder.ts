// An output folder that tells how many bytes were written and stops between writes when told to.
import type { ByteSink, OutputFolder } from '../base/bytes.ts'
import type { Watch } from '../base/watch.ts'

/** @param expected bytes that will be written, as well as can be said; progress never passes it */
export function watchedFolder(folder: OutputFolder, watch: Watch, expected: number): OutputFolder {
  let done = 0
  const watched = (sink: ByteSink): ByteSink => ({
    write: async (bytes) => {
      await watch.checkpoint()
      await sink.write(bytes)
      done += bytes.length
      watch.progress(Math.min(done, expected), expected, 'bytes')
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  })
  return {
    create: async (name) => watched(await folder.create(name)),
    remove: (name) => folder.remove(name),
  }
}
