// Dawn in Node (npm's `webgpu`), made to wait without keeping a core busy.
import { create, globals } from 'webgpu'

/** Milliseconds that the main thread sleeps at a time while it waits for the GPU. */
const REST_MS = 1

/** Calls that are waited for; the event loop rests while there are any. */
let waiting = 0
const neverWoken = new Int32Array(new SharedArrayBuffer(4))

/** Dawn crashes once what `create` returned is collected, so it is kept here. */
let dawn: GPU | undefined

/**
 * Dawn asks for finished work in every turn of the event loop, without a pause. On a software adapter that takes a core from the
 * adapter's own threads: on two cores a long dispatch took 1.45 times as long (lavapipe). So turns rest while work is waited for.
 */
export function createDawn(): GPU {
  if (dawn) return dawn
  const { GPUQueue, GPUBuffer } = globals as typeof globalThis
  restWhile(GPUQueue.prototype, 'onSubmittedWorkDone')
  restWhile(GPUBuffer.prototype, 'mapAsync')
  dawn = create([])
  return dawn
}

/** Makes a method that returns a promise rest the event loop until it settles. */
function restWhile<K extends string>(
  prototype: { [key in K]: (...args: never[]) => Promise<undefined> },
  name: K,
): void {
  const original = prototype[name]
  prototype[name] = async function (this: unknown, ...args: never[]) {
    waiting += 1
    if (waiting === 1) setImmediate(rest)
    try {
      return await original.apply(this, args)
    } finally {
      waiting -= 1
    }
  }
}

function rest(): void {
  if (waiting === 0) return
  Atomics.wait(neverWoken, 0, 0, REST_MS)
  setImmediate(rest)
}
