// The watched folder: bytes told as they are written, and no write after Cancel.
import { expect, it } from 'vitest'
import { writeAll } from '../base/bytes.ts'
import { RunControl } from '../base/watch.ts'
import { memoryFolder } from './testing.ts'
import { watchedFolder } from './watched-folder.ts'

it('tells of bytes over all files, never more than expected, and stops before the write after Cancel', async () => {
  const control = new RunControl()
  const told: string[] = []
  const output = memoryFolder()
  const folder = watchedFolder(
    output,
    {
      checkpoint: () => control.checkpoint(),
      progress: (done, total, unit) => told.push(`${done}/${total} ${unit}`),
    },
    25,
  )
  await writeAll(folder, 'a', new Uint8Array(10))
  await writeAll(folder, 'b', new Uint8Array(20))
  expect(told).toEqual(['10/25 bytes', '25/25 bytes'])
  control.cancel()
  await expect(writeAll(folder, 'c', new Uint8Array(1))).rejects.toMatchObject({ code: 'cancelled' })
  expect([...output.files.keys()]).toEqual(['a', 'b'])
  await folder.remove('a')
  expect([...output.files.keys()]).toEqual(['b'])
})
