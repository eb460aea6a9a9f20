// Dawn in Node (npm's `webgpu`), made to wait without keeping a core busy.
import { create, globals } from 'webgpu'

/** Milliseconds that the main thread sleeps at a time while it waits for the GPU, once nothing has happened for GRACE_MS. */
const REST_MS = 1
/** Many small dispatches run faster while a thread stays awake: in a virtual machine every sleep of both cores costs a wake-up. */
const GRACE_MS = 12

/** Calls that are waited for; the event loop rests while there are any. */
let waiting = 0
/** When a call was last made or answered. */
let lastChange = 0
/** One chain of rests at a time: each would sleep in every turn. */
let isResting = false
const neverWoken = new Int32Array(new SharedArrayBuffer(4))

/** Dawn crashes once what `create` returned is collected, so it is kept here. */
let dawn: GPU | undefined

/**
 * Dawn asks for finished work in every turn of the event loop, without a pause. On a software adapter that takes a core from the
 * adapter's own threads: on two cores a real model took 1.5 times as long (lavapipe). So turns rest while work is waited for.
 */
export function createDawn(): GPU {
  if (dawn) return dawn
  const { GPUQueue, GPUBuffer, GPUDevice } = globals as typeof globalThis
  restWhile(GPUQueue.prototype, 'onSubmittedWorkDone')
  restWhile(GPUBuffer.prototype, 'mapAsync')
  restWhile(GPUDevice.prototype, 'popErrorScope')
  dawn = create([])
  return dawn
}

/** Makes a method that returns a promise rest the event loop until it settles. */
export function restWhile<K extends string>(
  prototype: { [key in K]: (...args: never[]) => Promise<unknown> },
  name: K,
): void {
  const original = prototype[name]
  prototype[name] = async function (this: unknown, ...args: never[]) {
    waiting += 1
    lastChange = performance.now()
    if (!isResting) setImmediate(rest)
    isResting = true
    try {
      return await original.apply(this, args)
    } finally {
      waiting -= 1
      lastChange = performance.now()
    }
  }
}

function rest(): void {
  isResting = waiting > 0
  if (!isResting) return
  if (performance.now() - lastChange > GRACE_MS) Atomics.wait(neverWoken, 0, 0, REST_MS)
  setImmediate(rest)
}
