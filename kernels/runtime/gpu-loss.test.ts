// What becomes of submissions that were under way when the device went, or that the queue never reports as done.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Gpu, requestGpu } from './gpu.ts'
import { createDawn } from './node-dawn.ts'
import { createTensor, read, upload } from './tensor.ts'

let unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})

/** Submits one copy and does not wait for it. */
function submit(gpu: Gpu): void {
  const from = upload(gpu, 'f32', Float32Array.of(1, 2, 3, 4), { owner: 'test' })
  const to = createTensor(gpu, 'f32', [4], 'test')
  gpu.copy(from, to, 16)
  gpu.flush()
}

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

test('a lost device leaves no rejection unhandled, and the next call says that it is lost', async () => {
  const gpu = await requestGpu(createDawn())
  const { queue, lost } = gpu.device
  // As Chromium answers when its GPU process goes; Dawn in Node says that the work is done.
  const reject = () => lost.then(({ message }) => Promise.reject(new DOMException(message, 'OperationError')))
  Object.assign(queue, { onSubmittedWorkDone: reject })
  for (let count = 0; count < 5; count++) submit(gpu)
  gpu.device.destroy()
  await lost
  await aWhile()
  expect(unhandled).toEqual([])
  await expect(gpu.finish()).rejects.toMatchObject({ code: 'device-lost' })
})

test('a submission that fails while the device is there fails the next call, once', async () => {
  const gpu = await requestGpu(createDawn())
  const { queue } = gpu.device
  Object.assign(queue, { onSubmittedWorkDone: () => Promise.reject(new Error('the queue is gone')) })
  submit(gpu)
  await aWhile()
  expect(unhandled).toEqual([])
  await expect(gpu.finish()).rejects.toThrow('the queue is gone')
  Reflect.deleteProperty(queue, 'onSubmittedWorkDone')
  submit(gpu)
  await gpu.finish()
  const x = upload(gpu, 'f32', Float32Array.of(7), { owner: 'test' })
  expect([...(await read(gpu, x))]).toEqual([7])
  gpu.destroy()
})
