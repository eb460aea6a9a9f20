// Pausing holds work at its next checkpoint, a step lets it pass one, resuming lets it go on, cancelling ends it there.
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

  it('lets held work pass one checkpoint for each step asked for, and holds it at the next', async () => {
    const control = new RunControl()
    let passed = 0
    const work = (async () => {
      for (; passed < 5; passed++) await control.checkpoint()
    })()
    control.pause()
    expect(await isWaiting(work)).toBe(true)
    expect(passed).toBe(1)
    control.step()
    expect(await isWaiting(work)).toBe(true)
    expect(passed).toBe(2)
    expect(control.isPaused).toBe(true)
    control.step()
    control.step()
    expect(await isWaiting(work)).toBe(true)
    expect(passed).toBe(4)
    control.resume()
    await work
    expect(passed).toBe(5)
  })

  it('lets a step that was asked for early be taken later, and no step outlive the pause', async () => {
    const control = new RunControl()
    control.step()
    control.pause()
    control.step()
    await expect(control.checkpoint()).resolves.toBeUndefined()
    control.step()
    control.resume()
    control.pause()
    const held = control.checkpoint()
    expect(await isWaiting(held)).toBe(true)
    control.cancel()
    await expect(held).rejects.toMatchObject({ code: 'cancelled' })
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
