// Tuning: the faster of two forms with the same bits is taken and kept; others are not; what is kept holds for its adapter only.
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type MatmulTensors, matmul } from '../../kernels/matmul/matmul.ts'
import { GpuError } from '../../kernels/runtime/errors.ts'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { createTensor, read, release, tensorBytes, upload } from '../../kernels/runtime/tensor.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { hexDigest } from './base/digest.ts'
import { TUNABLES, type Tunable } from './tuning/tunables.ts'
import { Tuner, type TuningStore } from './tuning.ts'

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})
afterEach(() => gpu.choices.clear())

function memoryStore(text?: string): TuningStore & { readonly text: string | undefined } {
  let kept = text
  return {
    get text() {
      return kept
    },
    read: async () => kept,
    write: async (fresh) => {
      kept = fresh
    },
  }
}

async function tuned(store: TuningStore, tunables?: readonly Tunable[], runtime = 'test'): Promise<Tuner> {
  const tuner = await Tuner.open(gpu, store, runtime, tunables)
  while (!tuner.isDone) await tuner.step()
  return tuner
}

/** Launches of one unit: enough that other work on the machine does not turn eight units to one around. */
const UNIT = 25

/** A product that each form launches so often; `partial` leaves rows out, `refused` is none that this adapter takes. */
function repeated(times: Record<string, number>): Tunable {
  const [rows, cols, inner] = [64, 128, 128]
  const ones = (count: number) => upload(gpu, 'f32', new Float32Array(count).fill(1), { owner: 'test' })
  const launch = (form: string, tensors: MatmulTensors) => {
    if (form === 'refused') throw new GpuError('gpu-invalid', 'a form that this adapter refuses')
    const size = { form: 'NN', rows: form === 'partial' ? 8 : rows, cols, inner } as const
    for (let i = 0; i < UNIT * times[form]!; i++) matmul(gpu, tensors, size)
  }
  return {
    choice: 'repeated',
    forms: () => Object.keys(times),
    open: () => {
      const [a, b] = [ones(rows * inner), ones(inner * cols)]
      const out = createTensor(gpu, 'f32', [rows, cols], 'test')
      return {
        out,
        release: () => release(gpu, a, b, out),
        launch: () => launch(gpu.choices.get('repeated') ?? Object.keys(times)[0]!, { a, b, out }),
      }
    },
  }
}

describe('a form with the same bits', () => {
  test('is taken where it is faster, and known at the next start without timing it again', async () => {
    const store = memoryStore()
    const tunables = [repeated({ eight: 8, one: 1 })]
    await tuned(store, tunables)
    expect(gpu.choices.get('repeated')).toBe('one')
    gpu.choices.clear()
    const again = await Tuner.open(gpu, store, 'test', tunables)
    expect(again.isDone).toBe(true)
    expect(gpu.choices.get('repeated')).toBe('one')
  })

  test('is left where it is slower, and does not replace a better one found before', async () => {
    await tuned(memoryStore(), [repeated({ one: 1, eight: 8 })])
    expect(gpu.choices.has('repeated')).toBe(false)
    await tuned(memoryStore(), [repeated({ eight: 8, one: 1, four: 4 })])
    expect(gpu.choices.get('repeated')).toBe('one')
  })
})

describe('a form is dropped', () => {
  test('that gives other bits, however fast it is', async () => {
    await tuned(memoryStore(), [repeated({ eight: 8, partial: 1 })])
    expect(gpu.choices.has('repeated')).toBe(false)
  })

  test('that the adapter refuses, and the next one is timed', async () => {
    await tuned(memoryStore(), [repeated({ eight: 8, refused: 1, one: 1 })])
    expect(gpu.choices.get('repeated')).toBe('one')
  })

  test('that was begun at an earlier start and never ended: it may have lost the GPU', async () => {
    const store = memoryStore()
    const tunables = [repeated({ eight: 8, one: 1 })]
    const tuner = await Tuner.open(gpu, store, 'test', tunables)
    const step = tuner.step()
    const begun = memoryStore(store.text)
    await step
    gpu.choices.clear()
    expect((await Tuner.open(gpu, begun, 'test', tunables)).isDone).toBe(true)
    expect(gpu.choices.has('repeated')).toBe(false)
  })
})

describe('what was found', () => {
  const tunables = [repeated({ eight: 8, one: 1 })]

  test('is forgotten under another browser', async () => {
    const store = memoryStore()
    await tuned(store, tunables)
    gpu.choices.clear()
    expect((await Tuner.open(gpu, store, 'another', tunables)).isDone).toBe(false)
    expect(gpu.choices.has('repeated')).toBe(false)
  })

  test.each(['', '{', '[]', '{"key": 1}', 'null'])('is nothing where the store holds %s', async (text) => {
    expect((await Tuner.open(gpu, memoryStore(text), 'test', tunables)).isDone).toBe(false)
  })

  test('is found again where nothing can be kept', async () => {
    const full: TuningStore = {
      read: async () => {
        throw new Error('no storage')
      },
      write: async () => {
        throw new Error('no storage')
      },
    }
    await tuned(full, tunables)
    expect(gpu.choices.get('repeated')).toBe('one')
  })

  test('costs about a second in all, and then no more', async () => {
    const store = memoryStore()
    await tuned(store, tunables)
    const spent = { ...JSON.parse(store.text!), tried: [], spentMs: 1000 }
    expect((await Tuner.open(gpu, memoryStore(JSON.stringify(spent)), 'test', tunables)).isDone).toBe(true)
  })
})

test('the kernels that are tuned give the same bits in every form, and their memory back', async () => {
  const before = gpu.pool.ledger.now
  for (const { choice, forms, open } of TUNABLES) {
    const probe = open(gpu)
    const digests = new Set<string>()
    for (const form of forms(gpu)) {
      gpu.choices.set(choice, form)
      await gpu.scope(() => {
        gpu.clear(probe.out.buffer, probe.out.offset, tensorBytes(probe.out))
        probe.launch()
      })
      const values = await read(gpu, probe.out)
      expect(values.some((value) => value !== 0)).toBe(true)
      digests.add(await hexDigest(new Uint8Array(values.buffer)))
    }
    expect([...digests], choice).toHaveLength(1)
    probe.release()
  }
  expect(gpu.pool.ledger.now).toBe(before)
})
