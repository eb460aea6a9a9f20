// Saved states of a training: two generations, of which one that is torn, cut or damaged never costs the other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { read, release, type Tensor, upload } from '../../kernels/runtime/tensor.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { readAll, writeAll } from './base/bytes.ts'
import { MemoryFolder } from './hosts/memory-folder.ts'
import { TrainingStore } from './training-store.ts'

const PATH = 'stages/1-distill'
const names = [0, 1].flatMap((i) => [`${PATH}/training-${i}.safetensors`, `${PATH}/training-${i}.json`])

let gpu: Gpu
let weight: Tensor<'f32'>
beforeAll(async () => {
  gpu = await testGpu()
  weight = upload(gpu, 'f32', Float32Array.of(0, 0, 0), { shape: [3], owner: 'test' })
})
afterAll(() => release(gpu, weight))

function storeIn(folder: MemoryFolder, fingerprint = 'a') {
  return new TrainingStore({ read: async () => folder.asFolder('test'), output: folder }, PATH, fingerprint)
}

/** Saves a state for each step, in which all values are the step's number. */
async function save(store: TrainingStore, ...steps: number[]) {
  const checkpoints = store.checkpoints(gpu, { isResumed: true })
  for (const step of steps) {
    const state = upload(gpu, 'f32', Float32Array.of(step, step, step), { shape: [3], owner: 'test' })
    await checkpoints.save({ step, best: step / 3, tensors: new Map([['weight', state]]) })
    release(gpu, state)
  }
}

/** Step that is gone back to, and the values that came with it. */
async function restore(store: TrainingStore, isResumed = true) {
  const restored = await store.checkpoints(gpu, { isResumed }).restore(new Map([['weight', weight]]))
  return restored && { ...restored, values: [...(await read(gpu, weight))] }
}

const state = (step: number) => ({ step, best: step / 3, values: [step, step, step] })

async function change(folder: MemoryFolder, name: string, edit: (bytes: Uint8Array<ArrayBuffer>) => void) {
  const bytes = await readAll(folder.asFolder('test').files.get(name)!)
  edit(bytes)
  await writeAll(folder, name, bytes)
}

describe('a saved state', () => {
  it('is given back, the latest of many', async () => {
    const folder = new MemoryFolder()
    const store = storeIn(folder)
    expect(await restore(store)).toBeUndefined()
    await save(store, 5, 10, 15)
    expect(await storeIn(folder).savedStep()).toBe(15)
    expect(await restore(storeIn(folder))).toEqual(state(15))
    expect([...folder.blobs.keys()].sort()).toEqual([...names].sort())
  })

  it('keeps a score that is not finite, as before the first validation', async () => {
    const folder = new MemoryFolder()
    const checkpoints = storeIn(folder).checkpoints(gpu, { isResumed: true })
    await checkpoints.save({
      step: 1,
      best: Number.NEGATIVE_INFINITY,
      tensors: new Map([['weight', weight]]),
    })
    expect((await restore(storeIn(folder)))?.best).toBe(Number.NEGATIVE_INFINITY)
  })

  it('of another fingerprint is not used, nor one that was not asked for; both are removed', async () => {
    for (const [fingerprint, isResumed] of [
      ['b', true],
      ['a', false],
    ] as const) {
      const folder = new MemoryFolder()
      await save(storeIn(folder), 5, 10)
      expect(await restore(storeIn(folder, fingerprint), isResumed)).toBeUndefined()
      expect(folder.blobs.size).toBe(0)
    }
  })
})

describe('a saved state that', () => {
  const damages: [string, number, (folder: MemoryFolder, name: string) => Promise<void>][] = [
    ['has a flipped bit', 0, (folder, name) => change(folder, name, (bytes) => bytes.fill(9, -1))],
    [
      'is cut short',
      0,
      async (folder, name) => {
        const bytes = await readAll(folder.asFolder('test').files.get(name)!)
        await writeAll(folder, name, bytes.slice(0, -4))
      },
    ],
    ['is gone', 0, (folder, name) => folder.remove(name)],
    ['has a torn manifest', 1, (folder, name) => change(folder, name, (bytes) => bytes.fill(0, 20))],
    ['has no manifest', 1, (folder, name) => folder.remove(name)],
  ]
  it.each(damages)('%s gives way to the one before', async (_, part, damage) => {
    for (const steps of [
      [5, 10],
      [5, 10, 15],
    ]) {
      const folder = new MemoryFolder()
      await save(storeIn(folder), ...steps)
      const latest = (steps.length - 1) % 2
      await damage(folder, names[2 * latest + part]!)
      const store = storeIn(folder)
      expect(await restore(store)).toEqual(state(steps.at(-2)!))
      // The next state takes the place of the damaged one, not of the one that is whole.
      await save(store, 20)
      expect(await restore(storeIn(folder))).toEqual(state(20))
      await damage(folder, names[2 * latest + part]!)
      expect(await restore(storeIn(folder))).toEqual(state(steps.at(-2)!))
    }
  })

  it('is damaged like the one before it means that training starts afresh', async () => {
    const folder = new MemoryFolder()
    await save(storeIn(folder), 5, 10)
    for (const name of [names[0]!, names[2]!]) await change(folder, name, (bytes) => bytes.fill(1, -1))
    expect(await restore(storeIn(folder))).toBeUndefined()
  })
})

describe('a write that fails', () => {
  it('at any moment leaves the state before it', async () => {
    // Every write, close and removal of one save fails in turn, as on a full disk.
    for (let failing = 0; ; failing++) {
      const folder = new MemoryFolder()
      await save(storeIn(folder), 5, 10)
      let left = failing
      let failed = false
      const count = <T>(operation: () => Promise<T>): Promise<T> => {
        if (left-- !== 0) return operation()
        failed = true
        return Promise.reject(new Error('disk full'))
      }
      const output = {
        create: (name: string) =>
          count(async () => {
            const sink = await folder.create(name)
            return {
              write: (bytes: Uint8Array<ArrayBuffer>) => count(() => sink.write(bytes)),
              close: () => count(() => sink.close()),
              abort: () => sink.abort(),
            }
          }),
        remove: (name: string) => count(() => folder.remove(name)),
      }
      const store = new TrainingStore({ read: async () => folder.asFolder('test'), output }, PATH, 'a')
      await save(store, 15).catch((error: Error) => expect(error.message).toBe('disk full'))
      expect(await restore(storeIn(folder))).toEqual(failed ? state(10) : state(15))
      if (!failed) {
        expect(failing, 'operations of one save').toBeGreaterThan(5)
        break
      }
    }
  })
})
