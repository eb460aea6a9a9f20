// One suite over everything that is added by a file: architectures, criteria, schemes and exports keep their promises.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { elementCount, read } from '../../kernels/runtime/tensor.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { openCheckpoint } from './archs/load-plan.ts'
import { checkOptions, defaultValues } from './base/options.ts'
import { UNWATCHED } from './base/watch.ts'
import { catalog } from './catalog.ts'
import { openFixture } from './fixtures/open-fixture.ts'
import { diskFolder, FIXTURES } from './formats/testing.ts'
import { denseOf, type Model, releaseModel, weightOf } from './model/model.ts'
import { portableModel } from './model/portable.ts'
import { linearLayerOf, modelBytes, type Role, roleShapes } from './model/spec.ts'
import { architectures, criteria, exportFormats, schemes } from './registry.ts'
import { quantize } from './stages/quantize.ts'

let gpu: Gpu
let model: Model
beforeAll(async () => {
  gpu = await testGpu()
  model = await openFixture(gpu, 'tiny-bert')
})
afterAll(() => releaseModel(gpu, model))

describe.each([
  ['archs', 'arch', architectures],
  ['criteria', 'criterion', criteria],
  ['schemes', 'scheme', schemes],
  ['exports', 'export', exportFormats],
] as const)('%s', (folder, ending, entries) => {
  it('has an entry with an id of its own, a label and a sentence of help for every file', () => {
    const files = readdirSync(join(import.meta.dirname, folder)).filter((name) =>
      name.endsWith(`.${ending}.ts`),
    )
    expect(entries.size).toBe(files.length)
    for (const [id, entry] of entries) {
      expect(entry.id).toBe(id)
      expect(entry.label).toMatch(/\S/)
      expect(entry.help).toMatch(/\.$/)
    }
    expect(new Set([...entries.values()].map(({ label }) => label)).size).toBe(files.length)
  })
})

describe('the catalog', () => {
  const groups = Object.entries({ ...catalog.stages, data: catalog.data })

  it.each(groups)(
    'gives %s defaults that its own ranges allow, and keys that differ',
    (where, definitions) => {
      const defaults = defaultValues(definitions)
      expect(checkOptions(definitions, defaults, where)).toEqual(defaults)
      expect(Object.keys(defaults)).toHaveLength(definitions.length)
    },
  )

  it.each(groups)('gives %s number ranges that a slider can show', (_, definitions) => {
    for (const option of definitions) {
      if (option.kind !== 'number' && option.kind !== 'integer') continue
      expect(option.min).toBeLessThan(option.max)
      expect(option.step).toBeGreaterThan(0)
      if (option.scale === 'log') expect(option.min).toBeGreaterThan(0)
    }
  })

  it('is plain data, as it is sent to the page', () => {
    expect(structuredClone(catalog)).toEqual(catalog)
  })
})

describe.each([...architectures.values()])('architecture $id', (architecture) => {
  it('maps its golden tiny model with no role missing and no tensor left over', async () => {
    const folder = diskFolder(join(FIXTURES, `tiny-${architecture.id}`))
    const { spec, plan, unused, table } = await openCheckpoint(folder, (id) => architectures.get(id))
    expect(spec.architecture).toBe(architecture.id)
    expect([...plan.keys()]).toEqual([...roleShapes(spec).keys()])
    expect(unused).toEqual([])
    expect([...plan.values()].flatMap(({ names }) => names).sort()).toEqual([...table.tensors.keys()].sort())
  })
})

describe.each([...criteria.values()])('criterion $id', (criterion) => {
  const golden = JSON.parse(readFileSync(join(FIXTURES, 'golden-importance.json'), 'utf8')) as {
    input_ids: number[][]
    labels: number[]
  }
  const score = (seed: number) =>
    criterion.score({
      gpu,
      model,
      ids: golden.input_ids.map((ids) => Uint32Array.from(ids)),
      labels: Int32Array.from(golden.labels),
      seed,
      watch: UNWATCHED,
    })

  it('gives every head and neuron a finite score, not all alike, and holds no memory afterwards', async () => {
    const before = gpu.pool.ledger.now
    const { heads, neurons } = await score(1)
    expect(gpu.pool.ledger.now).toBe(before)
    expect(heads.map(({ length }) => length)).toEqual(model.spec.layers.map((layer) => layer.heads))
    expect(neurons.map(({ length }) => length)).toEqual(model.spec.layers.map(({ ffn }) => ffn))
    for (const scores of [...heads, ...neurons]) {
      expect(scores.every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
      expect(new Set(scores).size).toBeGreaterThan(1)
    }
  })

  it('gives the same scores for the same seed', async () => {
    expect(await score(5)).toEqual(await score(5))
  })
})

/** Bytes of what the model's weights hold, read from their buffers' shapes. */
function heldBytes(packed: Model): number {
  return [...packed.weights.values()]
    .flatMap((weight) => (weight.kind === 'dense' ? [weight.tensor] : [weight.codes, weight.scales]))
    .reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0)
}

describe.each([...schemes.values()])('scheme $id', (scheme) => {
  const settings = { scheme, groupSize: 32, embeddings: 'INT8', ignore: ['classifier'] } as const

  /** Largest error that rounding to nearest allows: half a step of the value's group, and the rounding of the step itself. */
  function halfSteps(values: Float32Array, [rows = 0, cols = 0]: readonly number[], bits: 8 | 4): number[] {
    const group = bits === 4 && scheme.isGrouped ? settings.groupSize : cols
    const levels = bits === 8 ? 127 : 7
    return Array.from({ length: rows * cols }, (_, i) => {
      const start = Math.floor(i / cols) * cols + Math.floor((i % cols) / group) * group
      const end = Math.min(start + group, (Math.floor(i / cols) + 1) * cols)
      const largest = values.subarray(start, end).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return (largest / levels / 2) * (1 + 1e-4)
    })
  }

  it('round-trips every weight within half a step and leaves the exempt ones alone', async () => {
    const packed = await quantize(gpu, model, settings)
    const portable = portableModel(gpu, packed)
    for (const [role, shape] of roleShapes(model.spec)) {
      const layer = linearLayerOf(role)
      const isWords = role === 'embeddings.word'
      const isPacked = isWords || (layer !== undefined && layer !== 'classifier')
      expect(weightOf(packed, role).kind === 'dense', role).toBe(!isPacked)
      const before = await read(gpu, denseOf(model, role))
      const after = await portable.read(role)
      const allowed = isPacked ? halfSteps(before, shape, isWords ? 8 : scheme.bits) : before.map(() => 0)
      expect(
        before.findIndex((value, i) => !(Math.abs(after[i]! - value) <= allowed[i]!)),
        role,
      ).toBe(-1)
    }
    releaseModel(gpu, packed)
  })

  it('takes the bytes that its claim says, and gives back what is its own', async () => {
    const before = gpu.pool.ledger.now
    const packed = await quantize(gpu, model, settings)
    expect(heldBytes(packed)).toBe(modelBytes(packed.spec, packed.format))
    expect(heldBytes(packed)).toBeLessThan(heldBytes(model))
    releaseModel(gpu, packed)
    expect(gpu.pool.ledger.now).toBe(before)
    const still: Role = 'classifier.weight'
    expect((await read(gpu, denseOf(model, still))).some((value) => value !== 0)).toBe(true)
  })
})
