// Pausing holds work at its next checkpoint, resuming lets it go on, cancelling ends it there.
import { describe, expect, it } from 'vitest'
import { RunControl, UNWATCHED } from './watch.ts'

/** Whether a promise is still open after everything that was ready has run. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol()
  const turn = new Promise<symbol>((resolve) => setTimeout(() => resolve(open), 0))
  return (await Promise.race([promise.catch(() => {}), turn])) === open
}

describe('RunControl', () => {
  it('lets work pass while nothing was asked', async () => {
    await expect(new RunControl().checkpoint()).resolves.toBeUndefined()
  })

  it('holds work while paused, and lets all of it go on when resumed', async () => {
    const control = new RunControl()
    control.pause()
    control.pause()
    expect(control.isPaused).toBe(true)
    const held = [control.checkpoint(), control.checkpoint()]
    for (const promise of held) expect(await isWaiting(promise)).toBe(true)
    control.resume()
    expect(control.isPaused).toBe(false)
    await expect(Promise.all(held)).resolves.toEqual([undefined, undefined])
  })

  it('can be paused again', async () => {
    const control = new RunControl()
    control.pause()
    control.resume()
    control.pause()
    const held = control.checkpoint()
    expect(await isWaiting(held)).toBe(true)
    control.resume()
    await held
  })

  it('ends running work at its next checkpoint once cancelled', async () => {
    const control = new RunControl()
    control.cancel()
    expect(control.isCancelled).toBe(true)
    await expect(control.checkpoint()).rejects.toMatchObject({ code: 'cancelled' })
    await expect(control.checkpoint()).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('ends paused work when cancelled, and stays cancelled when paused or resumed', async () => {
    const control = new RunControl()
    control.pause()
    const held = control.checkpoint()
    control.cancel()
    await expect(held).rejects.toMatchObject({ code: 'cancelled' })
    control.pause()
    expect(control.isPaused).toBe(false)
    control.resume()
    await expect(control.checkpoint()).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('UNWATCHED', () => {
  it('never stops', async () => {
    UNWATCHED.progress(1, 2, 'rows')
    await expect(UNWATCHED.checkpoint()).resolves.toBeUndefined()
  })
})
