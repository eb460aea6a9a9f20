// How the event loop rests while the GPU is waited for.
import { expect, test, vi } from 'vitest'
import { restWhile } from './node-dawn.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Work that is found done in the first turn of the event loop after `ms`. */
class Work {
  async done(ms: number): Promise<void> {
    const from = performance.now()
    do await turn()
    while (performance.now() - from < ms)
  }
}
restWhile(Work.prototype, 'done')

test('a turn rests at most once, however many waits came before it', async () => {
  const work = new Work()
  for (let count = 0; count < 50; count++) await work.done(0)
  const rests = vi.spyOn(Atomics, 'wait')
  const restsOfTurns: number[] = []
  let isDone = false
  const done = work.done(60).then(() => {
    isDone = true
  })
  while (!isDone) {
    rests.mockClear()
    await turn()
    restsOfTurns.push(rests.mock.calls.length)
  }
  await done
  expect(Math.max(...restsOfTurns)).toBe(1)
  await turn()
  rests.mockClear()
  await turn()
  expect(rests).not.toHaveBeenCalled()
  rests.mockRestore()
})
