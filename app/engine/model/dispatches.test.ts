// Dispatches per encoder layer, forward and backward: launches cost tens of microseconds each, so fusions must not get lost.
import { afterEach, expect, test, vi } from 'vitest'
import { release, zeros } from '../../../kernels/runtime/tensor.ts'
import { testGpu } from '../../../kernels/runtime/testing.ts'
import { uploadModel } from '../testing.ts'
import { backward } from './backward.ts'
import { forward, releaseBatch, releaseSaved, uploadBatch } from './forward.ts'
import { releaseModel } from './model.ts'
import { type ModelSpec, roleShapes } from './spec.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** The student of the training benchmark: 384 wide. */
function specOf(layers: number, activation: ModelSpec['activation']): ModelSpec {
  return {
    architecture: 'bert',
    hidden: 384,
    headSize: 32,
    vocabulary: 50,
    positions: 128,
    tokenTypes: 2,
    layers: Array.from({ length: layers }, (_, source) => ({ heads: 12, ffn: 1536, source })),
    labels: ['a', 'b', 'c'],
    activation,
    poolerActivation: 'tanh',
    layerNormEpsilon: 1e-12,
  }
}

interface Passes {
  readonly batch: number
  readonly tokens: number
  readonly activation: ModelSpec['activation']
  readonly isObserved?: boolean
}

/** Names of the kernels launched by a forward and a backward pass, in order. Launches are noted, not run: results are tested elsewhere. */
async function kernelsOf(layers: number, { batch, tokens, activation, isObserved = false }: Passes) {
  const gpu = await testGpu()
  const spec = specOf(layers, activation)
  const shapes = roleShapes(spec)
  const model = uploadModel(gpu, spec, (role) =>
    new Float32Array(shapes.get(role)!.reduce((a, b) => a * b)).fill(0.01),
  )
  const ids = new Uint32Array(batch * tokens).fill(7)
  const uploaded = uploadBatch(gpu, { ids, mask: ids.map(() => 1), batch, tokens })
  const gradients = new Map([...shapes].map(([role, shape]) => [role, zeros(gpu, 'f32', shape, 'test')]))
  const gradLogits = zeros(gpu, 'f32', [batch, 3], 'test')
  const names: string[] = []
  vi.spyOn(gpu, 'dispatch').mockImplementation(({ kernel }) => {
    names.push(kernel.name)
  })
  // As on an adapter that finishes any product within one submission.
  vi.spyOn(gpu, 'operationsPerSubmission', 'get').mockReturnValue(1e15)
  const { logits, saved } = forward(gpu, model, uploaded, { save: true })
  const back = names.length
  backward(
    gpu,
    model,
    { batch: uploaded, saved: saved!, gradLogits },
    isObserved ? { onLayer: () => {} } : { gradients, ids },
  )
  vi.restoreAllMocks()
  releaseSaved(gpu, saved!)
  release(gpu, logits, gradLogits, ...gradients.values())
  releaseBatch(gpu, uploaded)
  releaseModel(gpu, model)
  return { forward: names.slice(0, back), backward: names.slice(back) }
}

/** What a second layer adds: `<launches> <kernel>`, and how many in all. */
async function perLayer(passes: Passes) {
  const [one, two] = [await kernelsOf(1, passes), await kernelsOf(2, passes)]
  const added = (of: (all: { forward: string[]; backward: string[] }) => string[]) => {
    const counts = new Map<string, number>()
    for (const name of of(two)) counts.set(name, (counts.get(name) ?? 0) + 1)
    for (const name of of(one)) counts.set(name, counts.get(name)! - 1)
    const list = [...counts].filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`)
    return { total: of(two).length - of(one).length, list }
  }
  const result = { forward: added((all) => all.forward), backward: added((all) => all.backward) }
  const { batch, tokens, activation } = passes
  process.stdout.write(
    `${batch} x ${tokens} tokens, ${activation}: forward ${result.forward.total} (${result.forward.list.join(', ')}), ` +
      `backward ${result.backward.total} (${result.backward.list.join(', ')})\n`,
  )
  return result
}

test.each([
  { batch: 1, tokens: 16 },
  { batch: 32, tokens: 16 },
  { batch: 32, tokens: 32 },
  { batch: 32, tokens: 128 },
])('$batch x $tokens tokens: at most 7 forward and 24 in all', async (passes) => {
  const { forward: ahead, backward: back } = await perLayer({ ...passes, activation: 'gelu' })
  expect(ahead.total).toBeLessThanOrEqual(7)
  expect(ahead.total + back.total).toBeLessThanOrEqual(24)
})

test('ReLU, which is a pass of its own, adds one launch to each', async () => {
  const shape = { batch: 32, tokens: 16 }
  const [gelu, relu] = [
    await perLayer({ ...shape, activation: 'gelu' }),
    await perLayer({ ...shape, activation: 'relu' }),
  ]
  expect(relu.forward.total).toBe(gelu.forward.total + 1)
  expect(relu.backward.total).toBe(gelu.backward.total + 1)
})

test('whoever observes the gradient behind GELU gets it by a pass of its own', async () => {
  const passes = { batch: 32, tokens: 16, activation: 'gelu' as const, isObserved: true }
  const { backward: back } = await perLayer(passes)
  expect(back.list).toContain('1 gelu/gelu-grad')
  // No gradients of weights are asked for.
  const products = back.list.filter((line) => line.includes('matmul/matmul'))
  expect(products).toEqual([expect.stringMatching(/^4 /)])
})
